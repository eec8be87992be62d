package app

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"fyne.io/fyne/v2/test"
	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/app/internal/apptest"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/widgets/dialog"
)

// folderOf creates a folder with that many files.
func folderOf(t *testing.T, files int) string {
	t.Helper()
	folder := t.TempDir()
	for i := range files {
		if err := os.WriteFile(filepath.Join(folder, strconv.Itoa(i)), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

// hugeFile creates a sparse file that is too large to be added without confirmation.
func hugeFile(t *testing.T) string {
	t.Helper()
	path := apptest.File(t, "large.img")
	if err := os.Truncate(path, manyBytes+1); err != nil {
		t.Fatal(err)
	}
	return path
}

// dialogText returns the text of the topmost dialog.
func (s *testWindow) dialogText() string {
	var all []string
	for _, o := range test.LaidOutObjects(s.overlay()) {
		if paragraph, ok := o.(*dialog.Paragraph); ok {
			all = append(all, paragraph.Text())
		}
	}
	return strings.Join(all, "\n")
}

func TestLargeAdditionNeedsConfirmation(t *testing.T) {
	t.Run("few files are added without confirmation", func(t *testing.T) {
		folder := folderOf(t, 50)
		s := startWindow(t, apptest.NewEngine())
		s.adder.drop(apptest.URIs(folder))
		added := s.waitCommand(1).(uploader.Add)
		if diff := cmp.Diff([]string{folder}, added.Paths); diff != "" || s.keys.hasOverlay() || added.Listing.Files() != 50 {
			t.Error(diff, added.Listing.Files())
		}
	})
	t.Run("many files need confirmation with count and destination", func(t *testing.T) {
		folder := folderOf(t, manyFiles+1)
		s := startWindow(t, apptest.NewEngine())
		s.adder.drop(apptest.URIs(folder))
		s.until("dialog is open", s.keys.hasOverlay)
		s.until("all files are counted", func() bool { return strings.Contains(s.dialogText(), "10,001 files · 0 bytes\n") })
		if !strings.Contains(s.dialogText(), "Destination: This computer") || len(s.engine.Commands()) > 0 {
			t.Errorf("dialog text is %q, engine received %v", s.dialogText(), s.engine.Commands())
		}
		s.press("Upload")
		if listing := s.waitCommand(1).(uploader.Add).Listing; listing.Files() != manyFiles+1 {
			t.Errorf("the command has a listing of %d files", listing.Files())
		}
	})
	t.Run("many bytes need confirmation and can be cancelled", func(t *testing.T) {
		s := startWindow(t, apptest.NewEngine(), startHidden)
		s.adder.drop(apptest.URIs(hugeFile(t)))
		s.until("dialog is open in the visible window", func() bool { return s.keys.hasOverlay() && s.window.visible })
		s.press("Cancel")
		if len(s.engine.Commands()) > 0 || s.keys.hasOverlay() {
			t.Error("file was added or dialog is still open")
		}
	})
}
