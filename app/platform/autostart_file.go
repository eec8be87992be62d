//go:build !windows

package platform

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/ferryapp/ferry/uploader/atomicfile"
)

// Enabled reports whether the system starts the program at login. It returns false
// also for an entry that the user disabled with the system's own settings.
func (a Autostart) Enabled() (bool, error) {
	path, err := a.path()
	if err != nil {
		return false, err
	}
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("read autostart entry: %w", err)
	}
	return !entryDisabled(text), nil
}

// Set writes or removes the entry. Writing it again updates it and enables an entry
// that the user disabled.
func (a Autostart) Set(on bool) error {
	path, err := a.path()
	if err != nil {
		return err
	}
	if !on {
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("remove autostart entry: %w", err)
		}
		return nil
	}
	entry := a.entry()
	if text, err := os.ReadFile(path); err == nil && bytes.Equal(text, entry) {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil { //nolint:gosec // a folder of the desktop, with the usual mode
		return fmt.Errorf("create autostart folder: %w", err)
	}
	if err := atomicfile.Write(path, entry, 0o644); err != nil {
		return fmt.Errorf("write autostart entry: %w", err)
	}
	return nil
}
