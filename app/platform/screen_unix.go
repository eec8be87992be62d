//go:build unix && !darwin

package platform

import "os"

// HasScreen reports whether this program was told of a screen to show a window
// on.
func HasScreen() bool { return os.Getenv("DISPLAY") != "" || os.Getenv("WAYLAND_DISPLAY") != "" }
