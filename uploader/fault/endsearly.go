package fault

import "fmt"

// endsEarly is the format of the Detail of a fault with CodeEndsEarly.
const endsEarly = "file ends at byte %d, but its size is reported as %d bytes"

// NewEndsEarly returns the fault of a file of which only so many bytes can be read,
// although the system reports another size.
func NewEndsEarly(readable, size int64) *Fault {
	f := Newf(SourceUnsupported, Read, endsEarly, readable, size)
	f.Code = CodeEndsEarly
	return f
}

// EndsEarly returns the numbers of [NewEndsEarly] from a fault that may have been loaded
// from the database; zeros for another fault.
func (f *Fault) EndsEarly() (readable, size int64) {
	if f.Code != CodeEndsEarly {
		return 0, 0
	}
	if n, _ := fmt.Sscanf(f.Detail, endsEarly, &readable, &size); n != 2 {
		return 0, 0
	}
	return readable, size
}
