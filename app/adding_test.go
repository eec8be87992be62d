package app

import (
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2/storage"
	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/app/internal/apptest"
	"github.com/ferryapp/ferry/app/view"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

func TestDrop(t *testing.T) {
	t.Run("files and folders are added for the chosen destination", func(t *testing.T) {
		s := startWindow(t, apptest.NewEngine())
		name := "50% #?+ü海.mov"
		if runtime.GOOS == "windows" {
			name = "50% #+ü海.mov"
		}
		plain, special, folder := apptest.File(t, "a.mov"), apptest.File(t, name), t.TempDir()
		s.adder.drop(apptest.URIs(plain, special, folder))
		add := s.waitCommand(1).(uploader.Add)
		if diff := cmp.Diff([]string{plain, special, folder}, add.Paths); diff != "" {
			t.Error(diff)
		}
		if add.Server != uploader.BuiltinServer || add.Batch == 0 {
			t.Errorf("got command %+v", add)
		}
		s.until("rows are shown", func() bool { return len(s.rows()) == 3 })
	})
	t.Run("items that are not on this computer are skipped", func(t *testing.T) {
		s := startWindow(t, apptest.NewEngine())
		good := apptest.File(t, "a.mov")
		web, err := storage.ParseURI("https://example.com/a.mov")
		if err != nil {
			t.Fatal(err)
		}
		s.adder.drop(append(apptest.URIs(good, "/nowhere/a b", "https://example.com/b.mov"), web))
		if diff := cmp.Diff([]string{good}, s.waitCommand(1).(uploader.Add).Paths); diff != "" {
			t.Error(diff)
		}
		s.until("message is shown", func() bool {
			return s.message() == "3 items were skipped: they are not files or folders on this computer."
		})
	})
	t.Run("folder without files shows a message", func(t *testing.T) {
		s := startWindow(t, apptest.NewEngine())
		folder := filepath.Join(t.TempDir(), "missing")
		s.adder.drop(apptest.URIs(folder, t.TempDir()))
		s.until("missing folder is reported", func() bool { return s.message() != "" })
		batch := s.waitCommand(1).(uploader.Add).Batch
		next := apptest.Snapshot()
		next.Batches[batch] = &uploader.Batch{ID: batch, Scanned: true}
		s.publish(next)
		s.until("message is shown", func() bool { return strings.HasSuffix(s.message(), "contains no files.") })
	})
	t.Run("what a filter and a search hide is shown", func(t *testing.T) {
		s := startWindow(t, apptest.NewEngine(manyTransfers(100)...))
		s.window.setFilter(view.FilterDone)
		s.window.filter.Field.SetText("no such name")
		s.adder.drop(apptest.URIs(apptest.File(t, "new.mov")))
		s.until("row of the file is visible", func() bool {
			rows := s.rows()
			return len(rows) == 101 && s.window.list.Rows.RowVisible(int64(rows[100].ID))
		})
		if s.window.filter.Chosen != view.FilterAll || s.window.filter.Field.Text != "" {
			t.Errorf("filter is %v, search is %q", s.window.filter.Chosen, s.window.filter.Field.Text)
		}
	})
	t.Run("hidden window notifies of what another program added", func(t *testing.T) {
		s := startWindow(t, apptest.NewEngine(), startHidden)
		path := apptest.File(t, "new.mov")
		s.serve(Request{Paths: []string{path}})
		s.until("notification is shown", func() bool { return s.desktop.notified("Uploading “new.mov” to “This computer”.") })
		s.serve(Request{Paths: []string{path, path}})
		s.until("notification is shown", func() bool { return s.desktop.notified("Uploading 2 items to “This computer”.") })
		s.serve(Request{Paths: []string{"/nowhere/a"}})
		s.until("notification is shown", func() bool {
			return s.desktop.notified("1 item was skipped: it is not a file or folder on this computer.")
		})
	})
	t.Run("links that are not followed are reported", func(t *testing.T) {
		s := startWindow(t, apptest.NewEngine())
		s.adder.drop(apptest.URIs(t.TempDir()))
		batch := s.waitCommand(1).(uploader.Add).Batch
		next := apptest.Snapshot(apptest.Transfer(1, apptest.InBatch(batch)), apptest.Transfer(2, apptest.InBatch(batch)))
		next.Batches[batch] = &uploader.Batch{ID: batch, Roots: []string{"/home/ada/docs"}, Scanned: true, Skipped: uploader.Skipped{
			Links: uploader.SkippedEntries{Count: 2, Names: []string{"docs/readme.txt", "docs/b\n"}},
		}}
		next.BatchTotals = map[uploader.BatchID]uploader.BatchTotals{batch: {Files: 2}}
		s.publish(next)
		s.until("message is shown", func() bool { return s.message() == "2 links were not followed: docs/readme.txt, docs/b�." })
	})
	t.Run("resumed file shows a message", func(t *testing.T) {
		s := startWindow(t, apptest.NewEngine())
		s.adder.drop(apptest.URIs(apptest.File(t, "a.mov")))
		batch := s.waitCommand(1).(uploader.Add).Batch
		now := time.Now()
		next := apptest.Snapshot(
			apptest.Transfer(1, apptest.InBatch(batch), apptest.Acknowledged(2*apptest.Gigabyte), func(t *uploader.Transfer) { t.Added = uploader.TimestampOf(now.Add(-time.Hour)) }),
			apptest.Transfer(2, apptest.InBatch(batch), apptest.Acknowledged(apptest.Gigabyte), func(t *uploader.Transfer) { t.Added = uploader.TimestampOf(now) }))
		next.Batches[batch] = &uploader.Batch{ID: batch, Added: now, Scanned: true}
		s.publish(next)
		s.until("message is shown", func() bool { return s.message() == "Resuming, 2.0 GB already uploaded" })
	})
	t.Run("dangling symbolic link is sent to the engine", func(t *testing.T) {
		s := startWindow(t, apptest.NewEngine())
		link := filepath.Join(t.TempDir(), "link")
		uploadtest.NeedSymlink(t, "/nowhere", link)
		s.adder.drop(apptest.URIs(link))
		s.waitCommand(1)
	})
	t.Run("only skipped items send no command", func(t *testing.T) {
		s := startWindow(t, apptest.NewEngine())
		s.adder.drop(apptest.URIs("/nowhere"))
		s.until("message is shown", func() bool { return s.message() != "" })
		if got := s.engine.Commands(); len(got) != 0 {
			t.Errorf("engine received %v", got)
		}
	})
}

func TestFileDialogs(t *testing.T) {
	t.Run("chosen files are added", func(t *testing.T) {
		path := apptest.File(t, "a.mov")
		s := startWindow(t, apptest.NewEngine(), withChosen(path))
		s.adder.addFiles()
		if diff := cmp.Diff([]string{path}, s.waitCommand(1).(uploader.Add).Paths); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("toolkit's dialog is used on a desktop without one", func(t *testing.T) {
		s := startWindow(t, apptest.NewEngine(), withoutChooser)
		s.adder.addFiles()
		s.until("dialog is open", s.keys.hasOverlay)
	})
	t.Run("failing dialog shows a message", func(t *testing.T) {
		s := startWindow(t, apptest.NewEngine(), func(_ *Config, d *fakeDesktop) { d.chooseErr = apptest.ErrBroken })
		s.adder.addFolder()
		s.until("message is shown", func() bool { return s.message() == "Couldn't open the file dialog. You can still drop files here." })
	})
}

// manyTransfers returns transfers of files that wait.
func manyTransfers(n int) []*uploader.Transfer {
	transfers := make([]*uploader.Transfer, n)
	for i := range transfers {
		transfers[i] = apptest.Transfer(uploader.TransferID(i + 1))
	}
	return transfers
}
