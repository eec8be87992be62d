package profile

import (
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"sync"

	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/privatefile"
)

// maxLogBytes is the size at which a log is rotated. One older log is kept.
const maxLogBytes = 5_000_000

// OpenLog opens the profile's log for appending. Messages must not contain secrets.
// The caller closes it last.
func (p Profile) OpenLog() (*slog.Logger, io.Closer, error) {
	file := &logFile{path: p.Log()}
	if err := file.open(); err != nil {
		return nil, nil, diskFault(fault.Open, err)
	}
	return slog.New(slog.NewTextHandler(file, &slog.HandlerOptions{Level: slog.LevelInfo})), file, nil
}

// logFile is a log that is rotated when it is opened and while it is written, because
// a program in the tray runs for months. It may be used from any goroutine. The library
// gopkg.in/natefinch/lumberjack is not used because it never stops its goroutine.
type logFile struct {
	path string

	mu   sync.Mutex
	file *os.File // nil if it could not be reopened
	size int64    // bytes, since the last attempt to rotate
}

// open rotates the log and opens it. If rotating fails, because another program has
// the log open, it appends to the old one.
func (l *logFile) open() error {
	rotateErr := rotate(l.path)
	file, err := privatefile.OpenFile(l.path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return errors.Join(rotateErr, err)
	}
	info, err := file.Stat()
	if err != nil {
		return errors.Join(err, file.Close())
	}
	l.file, l.size = file, info.Size()
	if rotateErr != nil {
		l.size = 0 // retry after another maxLogBytes
	}
	return nil
}

// Write implements [io.Writer]. line is a whole line.
func (l *logFile) Write(line []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.file != nil && l.size > maxLogBytes {
		_ = l.file.Close()
		l.file = nil
	}
	if l.file == nil {
		if err := l.open(); err != nil {
			return 0, err
		}
	}
	n, err := l.file.Write(line)
	l.size += int64(n)
	return n, err
}

// Close implements [io.Closer].
func (l *logFile) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.file == nil {
		return nil
	}
	return l.file.Close()
}

// rotate renames the log if it is too large.
func rotate(path string) error {
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil || info.Size() <= maxLogBytes {
		return err
	}
	return os.Rename(path, path+".1")
}
