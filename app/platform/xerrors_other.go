//go:build !linux || !cgo || ci

package platform

// OutliveXErrors does nothing: this build does not use Xlib.
func OutliveXErrors() {}
