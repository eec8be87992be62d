package app

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/ferryapp/ferry/app/internal/apptest"
	"github.com/ferryapp/ferry/app/settings"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
)

func TestDataSection(t *testing.T) {
	t.Run("a copy goes into the folder that is chosen", func(t *testing.T) {
		var into string
		s := startWindow(t, apptest.NewEngine(), choosing("/backups"), func(c *Config, _ *fakeDesktop) {
			c.Data.Backup = func(_ context.Context, folder string) (string, error) { into = folder; return folder + "/copy.db", nil }
		})
		s.backups.backUp()
		s.until("it is said", func() bool { return strings.Contains(s.message(), "/backups/copy.db") })
		if into != "/backups" {
			t.Errorf("it went into %q", into)
		}
	})
	t.Run("a copy that fails is said", func(t *testing.T) {
		s := startWindow(t, apptest.NewEngine(), choosing("/backups"), func(c *Config, _ *fakeDesktop) {
			c.Data.Backup = func(context.Context, string) (string, error) { return "", fault.New(fault.LocalDisk, fault.Save, nil) }
		})
		s.backups.backUp()
		s.until("it is said", func() bool { return strings.Contains(s.message(), "disk") })
	})
	t.Run("diagnostics name no file, no server and no secret", func(t *testing.T) {
		snapshot := apptest.Folders()
		snapshot.Transfers[0].Fault = fault.New(fault.Refused, fault.Patch, errors.New("https://user:pw@secret.example.com/token said no to raws"))
		snapshot.Transfers[0].Phase = uploader.PhaseFailed
		s := startWindow(t, apptest.NewEngineAt(snapshot), func(c *Config, _ *fakeDesktop) { c.Version = "1.2.3" })
		s.config.Settings.Update(func(set *settings.Settings) { set.Transfers.Ignore = []string{"merger-plan*"} })
		s.copyDiagnostics()
		text := s.toolkit.Clipboard().Content()
		for _, want := range []string{"version: 1.2.3", "refused", `"simultaneous": 3`, "ignore patterns: 1"} {
			if !strings.Contains(text, want) {
				t.Errorf("it lacks %q:\n%s", want, text)
			}
		}
		private := []string{"pw@", "secret", "raws", "merger", "example.com", "http"}
		for _, transfer := range snapshot.Transfers {
			private = append(private, transfer.Source.Name())
		}
		for _, word := range private {
			if strings.Contains(text, word) {
				t.Errorf("it tells %q:\n%s", word, text)
			}
		}
	})
}
