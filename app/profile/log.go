package profile

import (
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"os"

	"github.com/ferryapp/ferry/uploader/fault"
)

// logLimit is how large a log grows, in bytes, before the next start sets it
// aside. One older log is kept.
const logLimit = 5_000_000

// OpenLog opens the profile's log for adding to it. What is written there must
// hold no secret. The caller closes it last.
func (p Profile) OpenLog() (*slog.Logger, io.Closer, error) {
	if err := rotate(p.Log()); err != nil {
		return nil, nil, failed(fault.Save, err)
	}
	file, err := os.OpenFile(p.Log(), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, nil, failed(fault.Open, err)
	}
	return slog.New(slog.NewTextHandler(file, &slog.HandlerOptions{Level: slog.LevelInfo})), file, nil
}

func rotate(path string) error {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil || info.Size() <= logLimit {
		return err
	}
	return os.Rename(path, path+".1")
}
