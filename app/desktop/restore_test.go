//go:build linux && desktop

package desktop_test

import (
	"path/filepath"
	"testing"

	"github.com/ferryapp/ferry/app/desktop"
	"github.com/ferryapp/ferry/app/words"
)

// backUpX and backUpY are a point of the button Back up now… of the settings.
const backUpX, backUpY = 764, 212

// TestRestoreBackup backs up the profile by mouse, uploads another file, and restores the backup
// by key. The list is as it was before, and the later one is kept as a backup.
func TestRestoreBackup(t *testing.T) {
	ferry, ctx := launch(t)
	answer := func(title, path string) { // of the system's file dialog
		dialog, err := ferry.Desktop.AwaitWindow(ctx, title)
		must(t, err)
		must(t, ferry.Desktop.Focus(ctx, dialog))
		must(t, ferry.Type(ctx, path))
		must(t, ferry.Key(ctx, "Return"))
		must(t, ferry.AwaitHidden(ctx, title))
		must(t, ferry.Focus(ctx, ferry.Window))
	}
	must(t, ferry.Drop(ctx, createFile(t, "in the backup.txt", 10)))
	awaitDone(t, ctx, ferry, 1)
	must(t, ferry.Key(ctx, "ctrl+comma", "Down", "Down", "Down", "Down", "Down")) // Data
	waitDrawn(t, ctx)
	folder := t.TempDir()
	must(t, ferry.Click(ctx, ferry.Window, backUpX, backUpY))
	answer("Choose a backup folder", folder)
	var backups []string
	waitDrawn(t, ctx)
	picture(t, ferry, "backed up")
	backups, err := filepath.Glob(filepath.Join(folder, "*.db"))
	must(t, err)
	if len(backups) != 1 {
		t.Fatalf("%d backups", len(backups))
	}
	must(t, ferry.Key(ctx, "Escape"))
	must(t, ferry.Drop(ctx, createFile(t, "added later.txt", 10)))
	awaitDone(t, ctx, ferry, 2)

	must(t, ferry.Key(ctx, "ctrl+comma", "Down", "Down", "Down", "Down", "Down"))
	waitDrawn(t, ctx)
	must(t, ferry.Key(ctx, "Tab", "Tab", "Tab", "Tab", "Tab", "Tab", "Tab", "Return")) // Restore
	answer("Choose a backup", backups[0])
	waitDrawn(t, ctx)
	picture(t, ferry, "question")
	must(t, ferry.Key(ctx, "Tab", "Return"))
	must(t, ferry.Process.Wait(ctx))
	must(t, ferry.AwaitTray(ctx, openFerry[words.English])) // of the process that Ferry has started
	must(t, ferry.AwaitWindow(ctx))
	waitDrawn(t, ctx)
	picture(t, ferry, "restored")
	rows := awaitDone(t, ctx, ferry, 1)
	if name := filepath.Base(rows[0].Path); name != "in the backup.txt" {
		t.Errorf("the list has %q", name)
	}
	if kept, err := filepath.Glob(filepath.Join(ferry.Profile(), "ferry.db.replaced-*")); err != nil || len(kept) != 1 {
		t.Errorf("%d earlier lists are kept (%v)", len(kept), err)
	}
	must(t, ferry.ClickTray(ctx, "Quit"))
	must(t, ferry.AwaitHidden(ctx, desktop.Title))
}
