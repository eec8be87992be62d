//go:build !windows

package platform

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Enabled reports whether the system starts the program at login. What the user
// switched off with the system's own tools counts as off.
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
	return !switchedOff(text), nil
}

// Set has the system start the program at login, or no more. Setting what is set
// already brings the entry up to date.
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
	return writeWhole(path, entry)
}

// writeWhole writes a file that is there wholly or not at all.
func writeWhole(path string, text []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return fmt.Errorf("make autostart folder: %w", err)
	}
	scratch, err := os.CreateTemp(filepath.Dir(path), ".ferry-*")
	if err != nil {
		return fmt.Errorf("write autostart entry: %w", err)
	}
	_, err = scratch.Write(text)
	if err = errors.Join(err, scratch.Chmod(0o644), scratch.Close()); err == nil {
		err = os.Rename(scratch.Name(), path)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("write autostart entry: %w", err), os.Remove(scratch.Name()))
	}
	return nil
}
