package app

import (
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
