//go:build !windows

package uploadtest

// UnderWine reports whether this is Wine in place of Windows.
func UnderWine() bool { return false }
