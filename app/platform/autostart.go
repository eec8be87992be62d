package platform

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Autostart is the entry of a program that the system starts when the user logs
// in. Its methods may block on the disk. They may be called from any goroutine,
// one at a time.
type Autostart struct {
	ID      string   // identifies the entry; letters, digits, '.' and '-'
	Name    string   // shown by the system's settings
	Command []string // absolute path of the program and its arguments
}

// ExecutablePath returns the path with which to start this program again. For an AppImage
// that is the image: its executable is in a temporary mount. For the console program of
// Windows, ferry.com, it is ferry.exe beside it, which opens no console.
func ExecutablePath() (string, error) {
	if image := os.Getenv("APPIMAGE"); filepath.IsAbs(image) {
		return image, nil
	}
	path, err := os.Executable()
	if err != nil {
		return "", fmt.Errorf("find executable: %w", err)
	}
	return windowProgram(path), nil
}

// windowProgram returns the program without a console beside one with the extension .com,
// if there is one, and any other path as it is.
func windowProgram(path string) string {
	stem, console := strings.CutSuffix(path, ".com")
	if !console {
		return path
	}
	if info, err := os.Stat(stem + ".exe"); err != nil || !info.Mode().IsRegular() {
		return path
	}
	return stem + ".exe"
}
