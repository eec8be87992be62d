package app

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/app/form"
	"github.com/ferryapp/ferry/app/internal/apptest"
	"github.com/ferryapp/ferry/app/preferences"
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

// withBackup makes every chosen file a backup, or refuses it with err.
func withBackup(backup Backup, err error) func(*Config, *fakeDesktop) {
	return func(c *Config, _ *fakeDesktop) {
		c.Data.PrepareRestore = func(context.Context, string) (Backup, error) { return backup, err }
	}
}

func TestRestore(t *testing.T) {
	file := apptest.File(t, "ferry-backup.db")
	saved := time.Date(2026, 3, 1, 12, 30, 0, 0, time.Local)
	ask := func(t *testing.T) (s *testWindow, restored *[][]string, discarded *atomic.Int32) {
		t.Helper()
		restored, discarded = &[][]string{}, &atomic.Int32{}
		backup := Backup{
			Saved: saved, Transfers: 12, Unfinished: 1, Servers: 1,
			Restore: func(paths []string) { *restored = append(*restored, paths) },
		}
		backup.Discard = func() error { discarded.Add(1); return nil }
		s = startWindow(t, apptest.NewEngine(), withChosen(file), withBackup(backup, nil))
		s.preferences.OpenSection(preferences.SectionData)
		s.setting("restore").Control().(*form.Button).OnTapped()
		s.until("the question is open", func() bool { return s.hasButton("Restore and restart") })
		return s, restored, discarded
	}
	t.Run("the question says what the backup has", func(t *testing.T) {
		s, _, _ := ask(t)
		s.wantNotice("“ferry-backup.db” (saved 2026-03-01 12:30) has 12 uploads in its list (1 unfinished) and 1 server. " +
			"It replaces the present list, history, servers and settings. Ferry stops the uploads, keeps the present data in its data folder, and starts again.")
	})
	t.Run("the answer ends Ferry, which adds what waits after the restart", func(t *testing.T) {
		s, restored, discarded := ask(t)
		s.adder.drop(apptest.URIs(file))
		s.press("Restore and restart")
		if diff := cmp.Diff([][]string{{file}}, *restored); diff != "" || !s.toolkit.quit {
			t.Errorf("quit is %t; restored with\n%s", s.toolkit.quit, diff)
		}
		s.bridge.Wait()
		if got := s.engine.Commands(); len(got) > 0 || discarded.Load() > 0 {
			t.Errorf("engine received %v, the backup was discarded %d times", got, discarded.Load())
		}
	})
	t.Run("cancelling forgets the backup", func(t *testing.T) {
		s, restored, discarded := ask(t)
		s.press("Cancel")
		s.until("the backup is discarded", func() bool { return discarded.Load() == 1 })
		if len(*restored) > 0 || s.toolkit.quit {
			t.Errorf("restored %v, quit is %t", *restored, s.toolkit.quit)
		}
	})
	for name, c := range map[string]struct {
		err  error
		want string
	}{
		"refused file": {&BackupError{Text: "“a.db” is damaged.", Err: apptest.ErrBroken}, "“a.db” is damaged. Nothing was changed."},
		"other error":  {fault.New(fault.LocalDisk, fault.Save, apptest.ErrBroken), "Nothing was changed."},
	} {
		t.Run(name, func(t *testing.T) {
			s := startWindow(t, apptest.NewEngine(), withChosen(file), withBackup(Backup{}, c.err))
			s.backups.restore()
			s.until("the reason is shown", func() bool { return s.hasButton("Close") })
			if texts := s.dialogTexts(); len(texts) == 0 || !strings.HasSuffix(texts[0], c.want) {
				t.Errorf("dialog has %q, want %q", texts, c.want)
			}
		})
	}
}
