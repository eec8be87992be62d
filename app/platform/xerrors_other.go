//go:build !linux || !cgo || ci

package platform

// OutliveXErrors does nothing: this build does not talk to an X server by its C
// library.
func OutliveXErrors() {}
