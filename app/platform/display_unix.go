//go:build unix && !darwin

package platform

import "os"

// HasDisplay reports whether an X or Wayland display is set in the environment.
func HasDisplay() bool { return os.Getenv("DISPLAY") != "" || os.Getenv("WAYLAND_DISPLAY") != "" }
