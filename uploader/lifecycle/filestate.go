package lifecycle

import (
	"time"

	"github.com/ferryapp/ferry/uploader/source"
)

// changeTimeResolution is the coarsest resolution of a file's change time. A change
// within that time after another may leave the change time as it is.
const changeTimeResolution = 2 * time.Second

// FileState is a file at a moment at which it matched what had been sent of it. It
// still does while the file system reports the same state: unlike the modification
// time, programs cannot set the change time.
type FileState struct {
	File          source.File
	ChangeTime    time.Time // change time (ctime)
	HasChangeTime bool      // the file system reports a change time
}

// Reliable reports whether a change of the file after now would be visible in its
// change time.
func (s FileState) Reliable(now time.Time) bool {
	return s.HasChangeTime && now.Sub(s.ChangeTime) > changeTimeResolution
}
