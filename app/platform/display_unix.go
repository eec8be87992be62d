//go:build unix && !darwin

package platform

import "os"

// HasScreen reports whether an X or Wayland display is set in the environment.
func HasScreen() bool { return os.Getenv("DISPLAY") != "" || os.Getenv("WAYLAND_DISPLAY") != "" }
