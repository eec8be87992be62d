package profile

import (
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"sync"

	"github.com/ferryapp/ferry/uploader/fault"
)

// logLimit is how large a log grows, in bytes, before it is set aside. One older
// log is kept.
const logLimit = 5_000_000

// OpenLog opens the profile's log for adding to it. What is written there must
// hold no secret. The caller closes it last.
func (p Profile) OpenLog() (*slog.Logger, io.Closer, error) {
	file := &logFile{path: p.Log()}
	if err := file.begin(); err != nil {
		return nil, nil, failed(fault.Open, err)
	}
	return slog.New(slog.NewTextHandler(file, &slog.HandlerOptions{Level: slog.LevelInfo})), file, nil
}

// logFile is a log that is set aside when it is large, also while it is written: a
// program in the tray runs for months. It may be used from any goroutine.
type logFile struct {
	path string

	mu   sync.Mutex
	file *os.File // nil when it could not be opened again
	size int64    // bytes, since it was last tried to set it aside
}

// begin opens the log, and sets an older one aside that is large. One that cannot
// be, because another program holds it, goes on.
func (l *logFile) begin() error {
	aside := setAside(l.path)
	file, err := os.OpenFile(l.path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return errors.Join(aside, err)
	}
	info, err := file.Stat()
	if err != nil {
		return errors.Join(err, file.Close())
	}
	l.file, l.size = file, info.Size()
	if aside != nil {
		l.size = 0 // tried again after as much
	}
	return nil
}

// Write implements io.Writer. It is given whole lines.
func (l *logFile) Write(line []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.file != nil && l.size > logLimit {
		_ = l.file.Close()
		l.file = nil
	}
	if l.file == nil {
		if err := l.begin(); err != nil {
			return 0, err
		}
	}
	n, err := l.file.Write(line)
	l.size += int64(n)
	return n, err
}

// Close implements io.Closer.
func (l *logFile) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.file == nil {
		return nil
	}
	return l.file.Close()
}

func setAside(path string) error {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil || info.Size() <= logLimit {
		return err
	}
	return os.Rename(path, path+".1")
}
