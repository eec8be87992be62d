//go:build !unix || darwin

package platform

// HasScreen reports whether this program was told of a screen to show a window
// on. Here there always is one.
func HasScreen() bool { return true }
