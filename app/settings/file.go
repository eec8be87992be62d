package settings

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/ferryapp/ferry/app/savedvalue"
)

// MaxFileSize is the maximum size of a file of [Settings.Export] in bytes.
const MaxFileSize = 1 << 20

// fileVersion is the version of the format of files.
const fileVersion = 1

// ErrNotSettings is the error of [Import] for data that is not a file of settings.
var ErrNotSettings = errors.New("not a file of settings")

// file is the format of files of settings.
type file struct {
	Version  int             `json:"ferrySettings"`
	Settings json.RawMessage `json:"settings"`
}

// Export returns the settings as a file, which [Import] reads. The servers and their secrets
// are no settings and are not in it, and neither is what belongs to one computer; see
// [Settings.WithComputerOf].
func (s Settings) Export() ([]byte, error) {
	s = s.WithComputerOf(Default())
	saved, err := s.format()
	if err != nil {
		return nil, err
	}
	data, err := json.MarshalIndent(file{Version: fileVersion, Settings: saved}, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("export settings: %w", err)
	}
	return append(data, '\n'), nil
}

// WithComputerOf returns s with the settings of another one that belong to one computer: the
// folder of the built-in receiver, and what happens when all uploads are done. Otherwise a
// file of settings by somebody else could turn off the computer or start a program.
func (s Settings) WithComputerOf(other Settings) Settings {
	s.Receiver, s.WhenDone = other.Receiver, other.WhenDone
	return s
}

// KeepComputerIn gives the settings of a backup, which may be by somebody else, those of s that
// belong to this computer; see [Settings.WithComputerOf].
func (s Settings) KeepComputerIn(ctx context.Context, backup savedvalue.Store) error {
	saved, err := backup.Setting(ctx, storeKey)
	if err != nil {
		return err
	}
	other, _ := Parse(saved)
	value, err := other.WithComputerOf(s).format()
	if err != nil {
		return err
	}
	return backup.SaveSetting(ctx, storeKey, value)
}

// Import parses a file of [Settings.Export], also one of another version of Ferry, with the
// guarantees of [Parse]. What belongs to one
// computer has its default; see [Settings.WithComputerOf]. It fails with [ErrNotSettings] if the data is anything else.
func Import(data []byte) (s Settings, invalid []string, err error) {
	var f file
	if err := json.Unmarshal(data, &f); err != nil || f.Version == 0 || len(f.Settings) == 0 {
		return Settings{}, nil, ErrNotSettings
	}
	s, invalid = Parse(f.Settings)
	return s.WithComputerOf(Default()), invalid, nil
}
