package platform

import (
	"fmt"
	"os"
	"path/filepath"
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
// that is the image: its executable is in a temporary mount.
func ExecutablePath() (string, error) {
	if image := os.Getenv("APPIMAGE"); filepath.IsAbs(image) {
		return image, nil
	}
	path, err := os.Executable()
	if err != nil {
		return "", fmt.Errorf("find executable: %w", err)
	}
	return path, nil
}
