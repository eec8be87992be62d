package source

import (
	"errors"
	"fmt"

	"github.com/ferryapp/ferry/uploader/fault"
)

// endError is the cause of a fault that a file ended before its last byte.
type endError struct{ at int64 }

func (e endError) Error() string { return fmt.Sprintf("file ends at byte %d", e.at) }

// EndedAt returns the fault of a file that ends at an offset although more bytes were
// expected: it became shorter, unless [EndsEarly] finds another reason.
func EndedAt(offset int64) *fault.Fault {
	return fault.New(fault.SourceChanged, fault.Read, endError{offset})
}

// EndsEarly returns err or, if err is that of [EndedAt] and the open file did not change
// since it was in the state before, a fault with [fault.CodeEndsEarly]: its size never was
// that of what can be read, as with files in /sys and with incomplete placeholders of
// cloud drives.
func EndsEarly(opened OpenFile, before File, err error) error {
	end, ok := errors.AsType[endError](err)
	if !ok {
		return err
	}
	if now, statErr := StatOpen(opened, before); statErr != nil || !now.Same(before) {
		return err
	}
	return fault.NewEndsEarly(end.at, before.Size)
}
