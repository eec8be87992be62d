//go:build !windows

package cli

import (
	"errors"
	"syscall"
)

// isBrokenPipe reports whether a write failed because the reader of the output has ended.
func isBrokenPipe(err error) bool { return errors.Is(err, syscall.EPIPE) }
