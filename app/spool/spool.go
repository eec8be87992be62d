// Package spool saves data from standard input in files of the profile, so that
// it can be uploaded like any other file: resumed after a crash, verified and
// retried.
//
// Each stream is one file in its own folder. [Folder.Create] makes the file
// and [Stream.Fill] copies the data into it, while the engine may already read it
// ([Folder.Growth]). [Folder.RemoveFinished] removes a stream when the transfer
// that uploads it is done or cancelled. [Folder.RemoveUnused], called when the
// program that owns the profile starts, removes the streams that no transfer
// needs. It does nothing while a [Stream] is open in any process: an open Stream
// holds a shared lock on the folder.
//
// Errors of the disk are *[fault.Fault] of kind LocalDisk.
package spool

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/gofrs/flock"

	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/privatefile"
)

// Marker files in the folder of a stream. growingName exists while the stream is
// written, and its writer holds a lock on it, which ends with the process.
// completeName exists for a moment at the end: the stream is complete.
const (
	growingName  = ".ferry-growing"
	completeName = ".ferry-whole"
)

// maxName is the longest file name that file systems accept, in bytes.
const maxName = 255

// ValidName reports whether name can be the name of a stream: a file name without
// a path.
func ValidName(name string) bool {
	return filepath.IsLocal(name) && name != growingName && name != completeName && name != "." && !strings.ContainsAny(name, "/\\\x00") && len(name) <= maxName
}

// Folder is the path of the folder that contains all streams. It need not exist.
type Folder string

// Stream is an open stream. Close releases it.
type Stream struct {
	Path       string // absolute
	folderLock *flock.Flock
	growing    *flock.Flock
	file       *os.File
}

// Create makes a new stream in a file called name. [Folder.Growth] reports it as
// growing until Fill returns, then as whole or cut.
func (f Folder) Create(name string) (*Stream, error) {
	folder, err := privatefile.Open(string(f))
	if err != nil {
		return nil, diskError(err)
	}
	if err := errors.Join(folder.Close(), privatefile.Check(f.lockFile())); err != nil {
		return nil, diskError(err)
	}
	s := &Stream{folderLock: f.lock()}
	if err := s.folderLock.RLock(); err != nil {
		return nil, diskError(err)
	}
	dir, err := os.MkdirTemp(string(f), "")
	if err != nil {
		return nil, errors.Join(diskError(err), s.Close())
	}
	s.Path = filepath.Join(dir, name)
	if err := s.open(dir); err != nil {
		return nil, errors.Join(diskError(err), diskError(os.RemoveAll(dir)), s.Close())
	}
	return s, nil
}

func (s *Stream) open(dir string) (err error) {
	s.growing = flock.New(filepath.Join(dir, growingName), flock.SetPermissions(0o600))
	if err := s.growing.Lock(); err != nil {
		return err
	}
	if s.file, err = os.OpenFile(s.Path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600); err != nil {
		return errors.Join(err, s.growing.Unlock())
	}
	return nil
}

// Fill copies all of from to the file and syncs it. It must be called once.
//
// If it fails, with ctx's error when ctx ended first, the stream remains cut. A
// goroutine then stays blocked in from.Read until that returns, since a read
// cannot be interrupted on every system.
func (s *Stream) Fill(ctx context.Context, from io.Reader) error {
	_, err := io.Copy(s.file, contextReader(ctx, from))
	if err == nil {
		err = s.file.Sync()
	}
	err = errors.Join(err, s.file.Close())
	dir := filepath.Dir(s.Path)
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, completeName), nil, 0o600)
	}
	if err = errors.Join(err, s.growing.Unlock()); err == nil {
		// In this order: without growingName the stream counts as whole, so
		// completeName must exist until growingName is removed.
		err = errors.Join(os.Remove(filepath.Join(dir, growingName)), os.Remove(filepath.Join(dir, completeName)))
	}
	if ctx.Err() != nil && err != nil {
		return ctx.Err()
	}
	return diskError(err)
}

// Discard removes the stream from the disk. No transfer may use it.
func (s *Stream) Discard() error { return diskError(os.RemoveAll(filepath.Dir(s.Path))) }

// Close releases the lock on the folder, so that RemoveUnused may remove the
// stream unless a transfer uses it. Close of a nil Stream does nothing.
func (s *Stream) Close() error {
	if s == nil {
		return nil
	}
	return diskError(s.folderLock.Unlock())
}

func (f Folder) lockFile() string { return filepath.Join(string(f), ".lock") }

func (f Folder) lock() *flock.Flock {
	return flock.New(f.lockFile(), flock.SetPermissions(0o600))
}

// contextReader returns a reader of from that fails with ctx's error once ctx
// ends, even while a read is blocked.
func contextReader(ctx context.Context, from io.Reader) io.Reader {
	out, in := io.Pipe()
	stop := context.AfterFunc(ctx, func() { _ = out.CloseWithError(ctx.Err()) })
	go func() {
		defer stop()
		_, err := io.Copy(in, from)
		_ = in.CloseWithError(err)
	}()
	return out
}

// contains reports whether path is inside the folder.
func (f Folder) contains(path string) bool {
	return strings.HasPrefix(path, f.prefix())
}

// prefix is how the paths of all streams begin.
func (f Folder) prefix() string { return string(f) + string(filepath.Separator) }

// streamDirs returns the folders of all streams.
func (f Folder) streamDirs() ([]string, error) {
	entries, err := os.ReadDir(string(f))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var dirs []string
	for _, entry := range entries {
		if entry.IsDir() {
			dirs = append(dirs, filepath.Join(string(f), entry.Name()))
		}
	}
	return dirs, diskError(err)
}

func diskError(err error) error {
	if err == nil {
		return nil
	}
	return fault.New(fault.LocalDisk, fault.Save, err)
}
