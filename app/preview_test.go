package app

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"fyne.io/fyne/v2/test"
	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/widgets/dialog"
)

// heap is a folder with so many files.
func heap(t *testing.T, files int) string {
	t.Helper()
	folder := t.TempDir()
	for i := range files {
		if err := os.WriteFile(filepath.Join(folder, strconv.Itoa(i)), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

// vast is a file of more than what is added without a question, which has no bytes.
func vast(t *testing.T) string {
	t.Helper()
	path := file(t, "vast.img")
	if err := os.Truncate(path, manyBytes+1); err != nil {
		t.Fatal(err)
	}
	return path
}

// read are the words of what lies over the window.
func (s *stage) read() string {
	var all []string
	for _, o := range test.LaidOutObjects(s.window.window.Canvas().Overlays().Top()) {
		if said, ok := o.(*dialog.Paragraph); ok {
			all = append(all, said.Text())
		}
	}
	return strings.Join(all, "\n")
}

func TestPreview(t *testing.T) {
	covered := func(s *stage) func() bool {
		return func() bool { return s.window.window.Canvas().Overlays().Top() != nil }
	}
	t.Run("what is not much is added without a question", func(t *testing.T) {
		folder := heap(t, 50)
		s := raise(t, newFakeEngine())
		s.handleDrop(uris(folder))
		if diff := cmp.Diff([]string{folder}, s.heard(1).(uploader.Add).Paths); diff != "" || covered(s)() {
			t.Error(diff)
		}
	})
	t.Run("many files are asked about, with where they go and how many there are", func(t *testing.T) {
		folder := heap(t, manyFiles+1)
		s := raise(t, newFakeEngine())
		s.handleDrop(uris(folder))
		s.until("it asks", covered(s))
		s.until("all is counted", func() bool { return strings.Contains(s.read(), "10,001 files · 0 bytes\n") })
		if !strings.Contains(s.read(), "Destination: This computer") || len(s.engine.heard()) > 0 {
			t.Errorf("asks %q, told the engine %v", s.read(), s.engine.heard())
		}
		s.press("Upload")
		s.heard(1)
	})
	t.Run("many bytes are asked about, and may be left", func(t *testing.T) {
		s := raise(t, newFakeEngine(), hidden)
		s.handleDrop(uris(vast(t)))
		s.until("it asks, in sight", func() bool { return covered(s)() && s.window.visible })
		s.press("Cancel")
		if len(s.engine.heard()) > 0 || covered(s)() {
			t.Error("it was added all the same")
		}
	})
}

func TestCounting(t *testing.T) {
	speak(t)
	walking := func(roots ...string) *uploader.Snapshot {
		s := snapshotOf(transfer(1, inBatch(2)), transfer(3, inBatch(2)))
		s.Batches[2] = &uploader.Batch{ID: 2, Roots: roots}
		s.Sums = map[uploader.BatchID]uploader.Sum{2: {Files: 42_000, Bytes: 12 * gigabyte}}
		return s
	}
	long := noon.Add(2 * countingShown)
	for _, c := range []struct {
		name string
		s    *uploader.Snapshot
		left *leftover
		want string
	}{
		{"a folder has its name", walking("/x/Iceland raws"), nil, "Counting “Iceland raws”… 42,000 files · 12.0 GB so far"},
		{"several are one", walking("/x/a", "/x/b"), nil, "Counting… 42,000 files · 12.0 GB so far"},
		{"what waits for an answer is not counted", walking("/x/a"), &leftover{batches: []uploader.BatchID{2}}, ""},
		{"what is counted is counted", batched(transfer(1, inBatch(2))), nil, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			counts := counting{}
			if early := counts.follow(c.s, c.left, noon).sentence(); early != "" {
				t.Errorf("at once it says %q", early)
			}
			if got := counts.follow(c.s, c.left, long).sentence(); got != c.want {
				t.Errorf("says %q", got)
			}
		})
	}
	t.Run("it can be stopped, and says how many the list has then", func(t *testing.T) {
		s := raise(t, newFakeEngine())
		s.counting[2] = noon
		s.publish(walking("/x/Iceland raws"))
		banner := s.window.banner.model()
		if banner.Text != "Counting “Iceland raws”… 42,000 files · 12.0 GB so far" {
			t.Fatalf("says %q", banner.Text)
		}
		banner.Buttons[0].OnTapped()
		if diff := cmp.Diff(uploader.Command(uploader.StopFinding{Batch: 2}), s.heard(1)); diff != "" {
			t.Error(diff)
		}
		want := fmt.Sprintf("Stopped. The %d files found so far stay in the list.", len(s.snapshot().Transfers))
		s.until("it says how many there are now", func() bool { return s.said() == want })
	})
	t.Run("a question from the start goes before it, and before a server that waits", func(t *testing.T) {
		s := asked(t, newFakeEngine(transfer(9, holding(gigabyte))))
		s.window.banner.counts("Counting…", func() {})
		s.window.banner.blocked.Text = "Studio requires sign-in."
		if len(s.window.banner.model().Buttons) != 3 {
			t.Errorf("says %q", s.window.banner.model().Text)
		}
	})
}
