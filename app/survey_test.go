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

// folderOf is a folder with that many files.
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

// hugeFile is a sparse file that is too large to be added without a confirmation.
func hugeFile(t *testing.T) string {
	t.Helper()
	path := apptest.File(t, "vast.img")
	if err := os.Truncate(path, manyBytes+1); err != nil {
		t.Fatal(err)
	}
	return path
}

// dialogText is the text of the dialog on top.
func (s *testWindow) dialogText() string {
	var all []string
	for _, o := range test.LaidOutObjects(s.window.window.Canvas().Overlays().Top()) {
		if said, ok := o.(*dialog.Paragraph); ok {
			all = append(all, said.Text())
		}
	}
	return strings.Join(all, "\n")
}

func TestLargeAdditionNeedsConfirmation(t *testing.T) {
	covered := func(s *testWindow) func() bool {
		return func() bool { return s.window.window.Canvas().Overlays().Top() != nil }
	}
	t.Run("what is not much is added without a question", func(t *testing.T) {
		folder := folderOf(t, 50)
		s := startWindow(t, apptest.NewEngine())
		s.adding.drop(apptest.URIs(folder))
		if diff := cmp.Diff([]string{folder}, s.waitCommand(1).(uploader.Add).Paths); diff != "" || covered(s)() {
			t.Error(diff)
		}
	})
	t.Run("many files are asked about, with where they go and how many there are", func(t *testing.T) {
		folder := folderOf(t, manyFiles+1)
		s := startWindow(t, apptest.NewEngine())
		s.adding.drop(apptest.URIs(folder))
		s.until("it asks", covered(s))
		s.until("all is counted", func() bool { return strings.Contains(s.dialogText(), "10,001 files · 0 bytes\n") })
		if !strings.Contains(s.dialogText(), "Destination: This computer") || len(s.engine.Commands()) > 0 {
			t.Errorf("asks %q, told the engine %v", s.dialogText(), s.engine.Commands())
		}
		s.press("Upload")
		s.waitCommand(1)
	})
	t.Run("many bytes are asked about, and may be left", func(t *testing.T) {
		s := startWindow(t, apptest.NewEngine(), startHidden)
		s.adding.drop(apptest.URIs(hugeFile(t)))
		s.until("it asks, in sight", func() bool { return covered(s)() && s.window.visible })
		s.press("Cancel")
		if len(s.engine.Commands()) > 0 || covered(s)() {
			t.Error("it was added all the same")
		}
	})
}
