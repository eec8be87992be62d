package app

import (
	"context"
	"strings"
	"testing"

	"github.com/ferryapp/ferry/app/internal/apptest"
	"github.com/ferryapp/ferry/uploader/fault"
)

func TestBackup(t *testing.T) {
	t.Run("backup is written to the chosen folder", func(t *testing.T) {
		var folder string
		s := startWindow(t, apptest.NewEngine(), withChosen("/backups"), func(c *Config, _ *fakeDesktop) {
			c.Data.Backup = func(_ context.Context, dir string) (string, error) { folder = dir; return dir + "/copy.db", nil }
		})
		s.backups.backUp()
		s.until("message is shown", func() bool { return strings.Contains(s.message(), "/backups/copy.db") })
		if folder != "/backups" {
			t.Errorf("backup was written to %q", folder)
		}
	})
	t.Run("failed backup shows a message", func(t *testing.T) {
		s := startWindow(t, apptest.NewEngine(), withChosen("/backups"), func(c *Config, _ *fakeDesktop) {
			c.Data.Backup = func(context.Context, string) (string, error) { return "", fault.New(fault.LocalDisk, fault.Save, nil) }
		})
		s.backups.backUp()
		s.until("message is shown", func() bool { return strings.Contains(s.message(), "disk") })
	})
}
