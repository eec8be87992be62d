package fault

import (
	"errors"
	"slices"
	"syscall"
)

// IsExhausted reports whether err is the operating system's error for a limit that
// other programs, or other uploads, reach temporarily: open files, connections or
// memory. Such an error is about neither the file nor the server.
func IsExhausted(err error) bool {
	errno, ok := errors.AsType[syscall.Errno](err)
	return ok && slices.Contains(exhausted, errno)
}

// NewExhausted returns the fault for an error for which IsExhausted is true.
func NewExhausted(op Op, err error) *Fault {
	f := New(Transient, op, err)
	f.Code = CodeExhausted
	return f
}
