package lifecycle

import (
	"time"

	"github.com/ferryapp/ferry/uploader/source"
)

// ticking is how long the system's clock of changes may stand still. A file that
// was changed so lately may change again without its showing.
const ticking = 2 * time.Second

// FileState is a file at a moment at which what had been sent of it was right. As
// long as the system notes no change of it, it still is: no program can set that
// clock back, as it can the modification time.
type FileState struct {
	File      source.File
	ChangedAt time.Time // as the system noted it
	Known     bool      // whether it did
}

// Reliable reports whether a later change would show.
func (t FileState) Reliable(now time.Time) bool { return t.Known && now.Sub(t.ChangedAt) > ticking }
