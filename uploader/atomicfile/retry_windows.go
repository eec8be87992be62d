package atomicfile

import (
	"errors"

	"golang.org/x/sys/windows"
)

// isTransient reports whether a file could not be replaced because it was just being
// replaced, or because another program, such as a virus scanner, had it open. The same
// errors have other causes, which last. cmd/go tries again after them as well (package
// cmd/go/internal/robustio).
func isTransient(err error) bool {
	return errors.Is(err, windows.ERROR_ACCESS_DENIED) || errors.Is(err, windows.ERROR_SHARING_VIOLATION)
}
