package apptest

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// File creates a file in a temporary folder, and returns its path.
func File(t *testing.T, name string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(name), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// ErrBroken is an error for tests.
var ErrBroken = errors.New("broken")

// NoSettings is a savedvalue.Store that stores nothing.
type NoSettings struct{}

// Setting implements savedvalue.Store.
func (NoSettings) Setting(context.Context, string) (json.RawMessage, error) { return nil, nil }

// SaveSetting implements savedvalue.Store.
func (NoSettings) SaveSetting(context.Context, string, json.RawMessage) error { return nil }

// Noon is a time for tests.
var Noon = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

// Minutes returns n minutes.
func Minutes(n int) time.Duration { return time.Duration(n) * time.Minute }
