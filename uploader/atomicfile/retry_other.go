//go:build !windows

package atomicfile

// isTransient reports false: a rename replaces a file whatever other programs do with it.
func isTransient(error) bool { return false }
