//go:build !linux || !cgo || ci

package platform

// IgnoreXErrors does nothing: this build does not use Xlib.
func IgnoreXErrors() {}
