// Package instance ensures that one process at a time uses a profile, and lets
// further instances of Ferry send requests to that process.
//
// The running instance holds the profile's [Lock] and listens on loopback with a
// [Server]. It writes its address and a random token to the instance file, which
// only the user can read. Another instance sends the token and one [Request], each
// as one line, with [Call], and receives the response line by line. When it
// disconnects, the response ends; what it requested continues.
//
// A client is not trusted before it has sent the token: lines are bounded, slow
// clients are disconnected, and no handler runs for them.
package instance

import (
	"errors"
	"fmt"

	"github.com/gofrs/flock"
)

// ErrLocked is returned when another process uses the profile.
var ErrLocked = errors.New("profile is locked by another instance")

// Lock is the exclusive right to use a profile. The operating system releases it
// when the process ends.
type Lock struct{ file *flock.Flock }

// Acquire takes the lock at path without waiting. It returns [ErrLocked] if another
// process holds it.
func Acquire(path string) (*Lock, error) {
	file := flock.New(path, flock.SetPermissions(0o600))
	locked, err := file.TryLock()
	if err != nil {
		return nil, fmt.Errorf("lock profile: %w", err)
	}
	if !locked {
		return nil, ErrLocked
	}
	return &Lock{file}, nil
}

// Release releases the lock. It does not remove the file: two processes could then
// lock two different files of the same name.
func (l *Lock) Release() error {
	if err := l.file.Unlock(); err != nil {
		return fmt.Errorf("unlock profile: %w", err)
	}
	return nil
}
