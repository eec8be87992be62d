package apptest

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/storage"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"
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

// URIs are paths as the toolkit passes dropped files.
func URIs(paths ...string) []fyne.URI {
	list := make([]fyne.URI, len(paths))
	for i, path := range paths {
		list[i] = storage.NewFileURI(path)
	}
	return list
}

// Pick calls the action of a menu's item.
func Pick(t *testing.T, menu *fyne.Menu, label string) {
	t.Helper()
	for _, item := range menu.Items {
		if item.Label == label {
			item.Action()
			return
		}
	}
	t.Fatalf("there is no item %q", label)
}

// Labels are the labels of a menu's items.
func Labels(menu *fyne.Menu) []string {
	var all []string
	for _, item := range menu.Items {
		if !item.IsSeparator {
			all = append(all, item.Label)
		}
	}
	return all
}

// ErrBroken is an error for tests.
var ErrBroken = errors.New("broken")

// NoSettings is a store of settings that stores nothing.
type NoSettings struct{}

// Setting is part of settings.Store.
func (NoSettings) Setting(context.Context, string) (json.RawMessage, error) { return nil, nil }

// SaveSetting is part of settings.Store.
func (NoSettings) SaveSetting(context.Context, string, json.RawMessage) error { return nil }

// Noon is a time for tests.
var Noon = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

// Minutes is a number of minutes.
func Minutes(n int) time.Duration { return time.Duration(n) * time.Minute }

// Item is the item of a menu with that label.
func Item(t *testing.T, menu *fyne.Menu, label string) *fyne.MenuItem {
	t.Helper()
	for _, item := range menu.Items {
		if item.Label == label {
			return item
		}
	}
	t.Fatalf("there is no item %q", label)
	return nil
}

// Texts are all texts that an object shows.
func Texts(object fyne.CanvasObject) []string {
	var all []string
	for _, o := range test.LaidOutObjects(object) {
		switch o := o.(type) {
		case *canvas.Text:
			all = append(all, o.Text)
		case *widget.Button:
			all = append(all, o.Text)
		}
	}
	return all
}
