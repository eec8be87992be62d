// Package instance ensures that one process at a time uses a profile, and lets
// further instances of Ferry send requests to that process.
//
// The running instance holds the profile's [Lock] and listens with a [Server]: at a
// Unix socket or a Windows named pipe that only its user can open, or, where neither
// is possible, at a loopback port. It writes the address and a random token to the
// instance file, which only the user can read. Another instance connects with [Call].
// Both first prove to each other that they know the token, without sending it; then
// the caller sends one [Request] and receives the response line by line. When it
// disconnects, the response ends; what it requested continues.
//
// Neither side trusts the other before the proof: a caller sends nothing but a nonce,
// the server runs no handler, lines are bounded, and slow, silent or very many callers
// are disconnected. Files of the profile that another user may have placed are not
// used (*[privatefile.Error]).
package instance

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/gofrs/flock"

	"github.com/ferryapp/ferry/uploader/privatefile"
)

// ErrLocked is returned when another process uses the profile.
var ErrLocked = errors.New("profile is locked by another instance")

// Lock is the exclusive right to use a profile. The operating system releases it
// when the process ends.
type Lock struct{ file *flock.Flock }

// Acquire takes the lock at path without waiting, and removes the instance file that
// an instance left when it was killed: its address may belong to another program by
// now. It returns [ErrLocked] if another process holds the lock, and a
// *[privatefile.Error] if another user may have prepared it.
func Acquire(path, instanceFile string) (*Lock, error) {
	checked, err := prepareLockFile(path)
	if err != nil {
		return nil, fmt.Errorf("lock profile: %w", err)
	}
	file := flock.New(path, flock.SetFlag(os.O_RDONLY), flock.SetPermissions(0o600))
	locked, err := file.TryLock()
	if err != nil {
		return nil, fmt.Errorf("lock profile: %w", err)
	}
	if !locked {
		return nil, ErrLocked
	}
	lock := &Lock{file}
	if err := errors.Join(isSameFile(file, checked), removeIfExists(instanceFile)); err != nil {
		return nil, errors.Join(fmt.Errorf("lock profile: %w", err), lock.Release())
	}
	return lock, nil
}

// prepareLockFile creates the lock file if it is missing, checks that it is the user's,
// and makes it private, since others could hold the lock of a file that they can open.
func prepareLockFile(path string) (fs.FileInfo, error) {
	file, err := privatefile.OpenFile(path, os.O_CREATE|os.O_RDONLY, 0o600)
	if err != nil {
		return nil, err
	}
	_ = file.Chmod(0o600) // fails on file systems without permissions
	info, err := file.Stat()
	return info, errors.Join(err, file.Close())
}

// isSameFile returns an error unless the locked file is the one that was checked.
func isSameFile(locked *flock.Flock, checked fs.FileInfo) error {
	info, err := locked.Stat()
	if err != nil {
		return err
	}
	if !os.SameFile(info, checked) {
		return fmt.Errorf("%s was replaced meanwhile", locked.Path())
	}
	return nil
}

// removeIfExists removes the file at path; it need not exist.
func removeIfExists(path string) error {
	if err := os.Remove(path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// Release releases the lock. It does not remove the file: two processes could then
// lock two different files of the same name.
func (l *Lock) Release() error {
	if err := l.file.Unlock(); err != nil {
		return fmt.Errorf("unlock profile: %w", err)
	}
	return nil
}
