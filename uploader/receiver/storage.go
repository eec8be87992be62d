package receiver

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"

	"github.com/gofrs/flock"

	"github.com/ferryapp/ferry/uploader/privatefile"
)

// storage is the receiver's folder, opened and locked, and the handler of the requests
// that use it. It keeps referring to the folders it opened if they are deleted, renamed or
// replaced: another user may have a right to do that in a shared folder.
type storage struct {
	root      *os.Root
	private   *privatefile.Dir // privateDir
	files     *privatefile.Dir // uploadsDir
	lock      *flock.Flock
	creations *creationHandler // handles requests below the secret

	// The folder and its uploadsDir when they were opened.
	folder, uploads fs.FileInfo

	// users is the number of requests that use the storage, guarded by Receiver.mu. The
	// last one closes a storage that was replaced.
	users    int
	replaced bool
}

// openStorage creates the folder if it does not exist, and locks it. The caller must
// close the storage also if there is an error.
func openStorage(dir string) (*storage, error) {
	s := &storage{}
	err := os.MkdirAll(dir, 0o755) //nolint:gosec // received files have the usual modes, as files that the user copies
	if err != nil {
		return s, err
	}
	if s.root, err = os.OpenRoot(dir); err != nil {
		return s, err
	}
	if s.private, err = privatefile.OpenIn(s.root, privateDir); err != nil {
		return s, err
	}
	if s.files, err = s.private.Folder(path.Base(uploadsDir)); err != nil {
		return s, err
	}
	if s.folder, s.uploads, err = statFolders(dir); err != nil {
		return s, err
	}
	return s, s.acquireLock(dir)
}

// acquireLock locks the folder. flock opens the file by its path, so the file exists and
// was checked before, and must be the same afterwards.
func (s *storage) acquireLock(dir string) error {
	file, err := s.private.OpenFile(lockFile, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return fmt.Errorf("lock folder: %w", err)
	}
	checked, err := file.Stat()
	if err := errors.Join(err, file.Close()); err != nil {
		return fmt.Errorf("lock folder: %w", err)
	}
	s.lock = flock.New(filepath.Join(dir, privateDir, lockFile), flock.SetFlag(os.O_RDWR))
	locked, err := s.lock.TryLock()
	if err != nil {
		return fmt.Errorf("lock folder: %w", err)
	}
	if !locked {
		return fmt.Errorf("%w: %s", ErrInUse, dir)
	}
	opened, err := s.lock.Stat()
	if err != nil {
		return fmt.Errorf("lock folder: %w", err)
	}
	if !os.SameFile(opened, checked) {
		return &privatefile.Error{Path: s.lock.Path(), Problem: privatefile.Link}
	}
	return nil
}

// isAt reports whether dir is still the folder that was opened, with its uploads.
func (s *storage) isAt(dir string) bool {
	folder, uploads, err := statFolders(dir)
	return err == nil && os.SameFile(folder, s.folder) && os.SameFile(uploads, s.uploads)
}

func (s *storage) close() error {
	var errs []error
	if s.lock != nil {
		errs = append(errs, s.lock.Unlock())
	}
	for _, folder := range []*privatefile.Dir{s.files, s.private} {
		if folder != nil {
			errs = append(errs, folder.Close())
		}
	}
	if s.root != nil {
		errs = append(errs, s.root.Close())
	}
	return errors.Join(errs...)
}

func statFolders(dir string) (folder, uploads fs.FileInfo, err error) {
	if folder, err = os.Stat(dir); err != nil {
		return nil, nil, err
	}
	if uploads, err = os.Stat(filepath.Join(dir, filepath.FromSlash(uploadsDir))); err != nil {
		return nil, nil, err
	}
	// On Windows the identity of a file is read when it is first compared.
	_, _ = os.SameFile(folder, folder), os.SameFile(uploads, uploads)
	return folder, uploads, nil
}

// acquire returns the storage for a request, which must release it. If the folder was
// deleted, renamed or replaced, it opens the folder again first.
func (r *Receiver) acquire() (*storage, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.storage == nil || !r.storage.isAt(r.dir) {
		if err := r.reopen(); err != nil {
			return nil, err
		}
	}
	r.storage.users++
	return r.storage, nil
}

// reopen opens the folder again. Requests in progress keep the old storage, without its
// lock. r.mu must be locked.
func (r *Receiver) reopen() error {
	r.retire()
	opened, err := openStorage(r.dir)
	if err == nil {
		err = r.address.save(opened.private)
	}
	if err == nil {
		err = r.serveFrom(opened)
	}
	if err != nil {
		return errors.Join(err, opened.close())
	}
	r.storage = opened
	r.log.Warn("folder was deleted or replaced, opened again", "dir", r.dir)
	return nil
}

// retire unlocks the current storage and has the last of its requests close it. r.mu must
// be locked.
func (r *Receiver) retire() {
	old := r.storage
	if old == nil {
		return
	}
	r.storage, old.replaced = nil, true
	err := old.lock.Unlock()
	if old.users == 0 {
		err = errors.Join(err, old.close())
	}
	if err != nil {
		r.log.Warn("close folder failed", "err", err)
	}
}

// releaseStorage ends the use of a storage by a request.
func (r *Receiver) releaseStorage(s *storage) {
	r.mu.Lock()
	defer r.mu.Unlock()
	s.users--
	if s.replaced && s.users == 0 {
		if err := s.close(); err != nil {
			r.log.Warn("close folder failed", "err", err)
		}
	}
}
