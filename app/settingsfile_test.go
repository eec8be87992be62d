package app

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/ferryapp/ferry/app/internal/apptest"
	"github.com/ferryapp/ferry/app/settings"
)

func TestSettingsAreExportedAndImported(t *testing.T) {
	folder := t.TempDir()
	s := startWindow(t, apptest.NewEngine(), withChosen(folder))
	s.config.Settings.Update(func(s *settings.Settings) { s.Transfers.Limit = 5e6 })
	s.settingsFiles.exportSettings()
	s.until("message is shown", func() bool { return s.message() != "" })
	files, err := filepath.Glob(filepath.Join(folder, "ferry-settings-*.json"))
	if err != nil || len(files) != 1 {
		t.Fatalf("wrote %v, %v", files, err)
	}
	s.config.Settings.Update(func(s *settings.Settings) { s.Transfers.Limit = 0 })
	s.desktop.chosen = files
	s.settingsFiles.importSettings()
	s.until("message is shown", func() bool { return s.message() == "Settings imported" })
	if got := s.config.Settings.Get().Transfers.Limit; got != 5e6 {
		t.Errorf("limit is %d", got)
	}
}

// TestImportKeepsFolderForReceivedFiles: a folder in the file, of an older version or another
// computer, is not used.
func TestImportKeepsFolderForReceivedFiles(t *testing.T) {
	folder := t.TempDir()
	file := filepath.Join(folder, "settings.json")
	text := fmt.Sprintf(`{"ferrySettings": 1, "settings": {"receiver": {"folder": %q}}}`, filepath.Join(folder, "other"))
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	s := startWindow(t, apptest.NewEngine(), withChosen(file))
	for _, want := range []string{"", filepath.Join(folder, "own")} {
		s.config.Settings.Update(func(s *settings.Settings) { s.Receiver.Folder, s.Transfers.Limit = want, 5e6 })
		s.settingsFiles.importSettings()
		s.until("the settings are imported", func() bool { return s.config.Settings.Get().Transfers.Limit == 0 })
		if got := s.config.Settings.Get().Receiver.Folder; got != want {
			t.Errorf("folder is %q, want %q", got, want)
		}
	}
}

func TestImportOfOtherFileChangesNothing(t *testing.T) {
	other := filepath.Join(t.TempDir(), "package.json")
	if err := os.WriteFile(other, []byte(`{"name": "package"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	s := startWindow(t, apptest.NewEngine(), withChosen(other))
	before := s.config.Settings.Get()
	s.settingsFiles.importSettings()
	s.until("message is shown", func() bool { return s.message() == "This is not a file of Ferry's settings. Nothing was changed." })
	if got := s.config.Settings.Get(); got.Transfers.Limit != before.Transfers.Limit || got.Appearance != before.Appearance {
		t.Errorf("settings are %+v", got)
	}
}
