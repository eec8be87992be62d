// Package instance lets one program at a time work in a profile, and lets others
// hand their wishes to it. The one holds the profile's lock and listens on
// loopback; where, and with which token, is in a file that only the user can
// read. Another one sends a token and one Request, each a line, and is answered
// line by line until the last one says so. When it goes away its answer ends;
// what it asked for goes on.
//
// What comes in is hostile until it has shown the token: lines are bounded,
// slow speakers are cut off, and nothing is started for them.
package instance

import (
	"errors"
	"fmt"

	"github.com/gofrs/flock"
)

// ErrTaken says that another program works in this profile.
var ErrTaken = errors.New("another instance holds the profile")

// Lock is the right to work in a profile. The operating system takes it back
// when the program ends, however that happens.
type Lock struct{ file *flock.Flock }

// Acquire takes the lock at path, or fails with ErrTaken.
func Acquire(path string) (*Lock, error) {
	file := flock.New(path, flock.SetPermissions(0o600))
	taken, err := file.TryLock()
	if err != nil {
		return nil, fmt.Errorf("lock profile: %w", err)
	}
	if !taken {
		return nil, ErrTaken
	}
	return &Lock{file}, nil
}

// Release gives the lock back. The file stays: removing it would let two
// programs lock two files of one name.
func (l *Lock) Release() error {
	if err := l.file.Unlock(); err != nil {
		return fmt.Errorf("unlock profile: %w", err)
	}
	return nil
}
