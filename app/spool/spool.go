// Package spool keeps what comes through standard input in files of the profile,
// each in a folder of its own below one folder, so that it can be sent like any
// file: continued after a crash, checked, and tried again.
//
// Begin makes a file and Fill takes a stream into it, while others may follow it
// (Growth). The file belongs to the transfer that sends it: Tend removes it once
// that is done or cancelled, and Sweep at the start of the program that holds the
// profile removes what no transfer needs. A stream that is being read, or handed
// over, is safe from Sweep: whoever has one holds the folder's lock, shared, until
// Stream.Close.
//
// Errors of the disk are *fault.Fault of kind LocalDisk.
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
)

// Beside a stream that is being written lies a file that its writer has locked, and
// for a moment at its end another that says that all of it is there. A lock ends
// with the program that holds it, however that ends.
const (
	growingName = ".ferry-growing"
	wholeName   = ".ferry-whole"
)

// longestName is how many bytes file systems take for one name.
const longestName = 255

// Fits reports whether name can be that of a stream: a file's own name, without
// a path.
func Fits(name string) bool {
	return filepath.IsLocal(name) && name != growingName && name != wholeName && name != "." && !strings.ContainsAny(name, "/\\\x00") && len(name) <= longestName
}

// Folder is where streams are kept. It need not exist.
type Folder string

// Stream is what comes through standard input, and a hold on it.
type Stream struct {
	Path    string // absolute
	hold    *flock.Flock
	growing *flock.Flock
	file    *os.File
}

// Begin makes a new file called name for a stream. Until Fill has ended it is
// known as growing, and after that as whole or as cut.
func (f Folder) Begin(name string) (*Stream, error) {
	if err := os.MkdirAll(string(f), 0o700); err != nil {
		return nil, failed(err)
	}
	s := &Stream{hold: f.lock()}
	if err := s.hold.RLock(); err != nil {
		return nil, failed(err)
	}
	dir, err := os.MkdirTemp(string(f), "")
	if err != nil {
		return nil, errors.Join(failed(err), s.Close())
	}
	s.Path = filepath.Join(dir, name)
	if err := s.open(dir); err != nil {
		return nil, errors.Join(failed(err), failed(os.RemoveAll(dir)), s.Close())
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

// Fill takes all of from into the file and puts it on the disk. It is called once.
// When it fails, with ctx's error when that ended first, the stream is cut for
// good; a goroutine then stays with from until that ends, since reading cannot be
// broken off everywhere.
func (s *Stream) Fill(ctx context.Context, from io.Reader) error {
	_, err := io.Copy(s.file, breakable(ctx, from))
	if err == nil {
		err = s.file.Sync()
	}
	err = errors.Join(err, s.file.Close())
	dir := filepath.Dir(s.Path)
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, wholeName), nil, 0o600)
	}
	if err = errors.Join(err, s.growing.Unlock()); err == nil {
		// In this order: one of the two is there until neither needs to be.
		err = errors.Join(os.Remove(filepath.Join(dir, growingName)), os.Remove(filepath.Join(dir, wholeName)))
	}
	if ctx.Err() != nil && err != nil {
		return ctx.Err()
	}
	return failed(err)
}

// Discard removes the stream. Nobody else may need it.
func (s *Stream) Discard() error { return failed(os.RemoveAll(filepath.Dir(s.Path))) }

// Close lets go of the stream. What no transfer sends by now is Sweep's. A nil
// Stream is closed already.
func (s *Stream) Close() error {
	if s == nil {
		return nil
	}
	return failed(s.hold.Unlock())
}

func (f Folder) lock() *flock.Flock {
	return flock.New(filepath.Join(string(f), ".lock"), flock.SetPermissions(0o600))
}

// breakable reads from a reader that ends with ctx at the latest.
func breakable(ctx context.Context, from io.Reader) io.Reader {
	out, in := io.Pipe()
	stop := context.AfterFunc(ctx, func() { _ = out.CloseWithError(ctx.Err()) })
	go func() {
		defer stop()
		_, err := io.Copy(in, from)
		_ = in.CloseWithError(err)
	}()
	return out
}

// entries are the folders of the streams there are.
func (f Folder) entries() ([]string, error) {
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
	return dirs, failed(err)
}

func failed(err error) error {
	if err == nil {
		return nil
	}
	return fault.New(fault.LocalDisk, fault.Save, err)
}
