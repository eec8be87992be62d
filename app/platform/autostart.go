package platform

import (
	"fmt"
	"os"
	"path/filepath"
)

// Autostart is one program among those that the system starts when the user logs
// in. Its methods wait for the disk, and on some systems for another program. They
// may be called from any goroutine, one at a time.
type Autostart struct {
	ID      string   // names the entry among those of all programs; letters, digits, '.' and '-'
	Name    string   // for people who look through the entries
	Command []string // the program's absolute path, and its arguments
}

// Program is the path by which this program can be started again. An AppImage runs
// from a place that is gone when it ends, and says where it really is.
func Program() (string, error) {
	if image := os.Getenv("APPIMAGE"); filepath.IsAbs(image) {
		return image, nil
	}
	path, err := os.Executable()
	if err != nil {
		return "", fmt.Errorf("find this program: %w", err)
	}
	return path, nil
}
