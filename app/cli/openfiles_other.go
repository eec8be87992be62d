//go:build !unix

package cli

// maxOpenFiles returns 0: the number of files that a process may have open is not known.
func maxOpenFiles() int { return 0 }
