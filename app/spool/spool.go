// Package spool keeps what comes through standard input in files of the profile,
// each in a folder of its own below one folder, so that it can be sent like any
// file: continued after a crash, checked, and tried again.
//
// Take reads a stream into a file. The file belongs to the transfer that sends
// it: Tend removes it once that is done or cancelled, and Sweep at the start of
// the program that holds the profile removes what no transfer needs. A stream
// that is being read, or handed over, is safe from Sweep: whoever has one holds
// the folder's lock, shared, until Stream.Close.
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

// longestName is how many bytes file systems take for one name.
const longestName = 255

// Fits reports whether name can be that of a stream: a file's own name, without
// a path.
func Fits(name string) bool {
	return filepath.IsLocal(name) && name != "." && !strings.ContainsAny(name, "/\\\x00") && len(name) <= longestName
}

// Folder is where streams are kept. It need not exist.
type Folder string

// Stream is what was read, and a hold on it.
type Stream struct {
	Path string // absolute
	hold *flock.Flock
}

// Take reads all of from into a new file called name and puts it on the disk.
// When ctx ends first it leaves nothing behind and fails with ctx's error; a
// goroutine then stays with from until that ends, since reading cannot be broken
// off everywhere.
func (f Folder) Take(ctx context.Context, name string, from io.Reader) (*Stream, error) {
	if err := os.MkdirAll(string(f), 0o700); err != nil {
		return nil, failed(err)
	}
	hold := f.lock()
	if err := hold.RLock(); err != nil {
		return nil, failed(err)
	}
	s := &Stream{hold: hold}
	dir, err := os.MkdirTemp(string(f), "")
	if err != nil {
		return nil, errors.Join(failed(err), s.Close())
	}
	s.Path = filepath.Join(dir, name)
	if err := fill(ctx, s.Path, from); err != nil {
		return nil, errors.Join(err, failed(os.RemoveAll(dir)), s.Close())
	}
	return s, nil
}

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

// fill writes a file of its own, for the user alone.
func fill(ctx context.Context, path string, from io.Reader) error {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return failed(err)
	}
	_, err = io.Copy(file, breakable(ctx, from))
	if err == nil {
		err = file.Sync()
	}
	err = errors.Join(err, file.Close())
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return failed(err)
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
