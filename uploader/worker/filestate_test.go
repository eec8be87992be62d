package worker

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/lifecycle"
	"github.com/ferryapp/ferry/uploader/source"
)

// counting counts what is read of a file.
type counting struct {
	source.Opened
	reads int
}

func (c *counting) ReadAt(p []byte, at int64) (int, error) {
	c.reads++
	return c.Opened.ReadAt(p, at)
}

// TestWhatIsReadAgainBeforeAnUploadGoesOn is about a file of 4 MiB of which the
// Server holds 3.
func TestWhatIsReadAgainBeforeAnUploadGoesOn(t *testing.T) {
	const size, held = 4 << 20, 3 << 20
	for _, c := range []struct {
		name     string
		watched  bool // this run compared it before
		Evidence uploader.Proof
		happen   func(t *testing.T, path string)
		rereads  bool
		isNotIt  bool
	}{
		{"compared by an earlier run", false, uploader.ProofSamples, nil, true, false},
		{"compared by this run, and not touched since", true, uploader.ProofSamples, nil, false, false},
		{"the same where all of it is to be compared always", true, uploader.ProofWhole, nil, true, false},
		{"touched since, and its time restored", true, uploader.ProofSamples, func(*testing.T, string) {}, true, false},
		{"edited since, and its time restored", true, uploader.ProofSamples, func(t *testing.T, path string) {
			t.Helper()
			file, err := os.OpenFile(path, os.O_RDWR, 0)
			if err != nil {
				t.Fatal(err)
			}
			defer file.Close()
			if _, err := file.WriteAt([]byte("edited"), 1<<20); err != nil {
				t.Fatal(err)
			}
		}, true, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "film.mov")
			if err := os.WriteFile(path, make([]byte, size), 0o600); err != nil {
				t.Fatal(err)
			}
			file, seen, err := source.Disk{}.Open(source.File{Path: path})
			if err != nil {
				t.Fatal(err)
			}
			defer file.Close()
			sent := source.NewProver(file, size, nil)
			if err := sent.Advance(t.Context(), held); err != nil {
				t.Fatal(err)
			}
			before := witness(file, seen)
			if !before.Known {
				t.Skip("this system does not tell when a file was changed")
			}
			if c.happen != nil {
				c.happen(t, path)
				restoreUntilNoted(t, path, file, before)
			}
			read := &counting{Opened: file}
			w := New(Config{
				Transfer:  uploader.Transfer{ID: 1, Source: seen, Fingerprint: "m1", Session: uploader.Session{URL: "u", Offset: held}},
				Settings:  uploader.Settings{Proof: c.Evidence},
				LoadProof: func(context.Context, uploader.TransferID) (source.Proof, error) { return sent.Proof(), nil },
				Report:    func(uploader.TransferID, ...lifecycle.Input) {},
			})
			if c.watched {
				w.Verified = before
			}
			err = w.attest(t.Context(), read, seen)
			if isNotIt := fault.Is(err, fault.SourceChanged); isNotIt != c.isNotIt || err != nil && !isNotIt {
				t.Errorf("it ended with %v", err)
			}
			if rereads := read.reads > 0; rereads != c.rereads {
				t.Errorf("it was read %d times", read.reads)
			}
		})
	}
}

// restoreUntilNoted sets a file's time back until the system's own clock, which
// ticks every few milliseconds, shows that something was done to it.
func restoreUntilNoted(t *testing.T, path string, file source.Opened, before lifecycle.FileState) {
	t.Helper()
	for {
		if err := os.Chtimes(path, time.Time{}, before.File.ModTime); err != nil {
			t.Fatal(err)
		}
		if changed, _ := source.ChangedAt(file); !changed.Equal(before.ChangedAt) {
			return
		}
	}
}

func TestATestimonyHoldsOnlyWhenALaterChangeWouldShow(t *testing.T) {
	for _, c := range []struct {
		name string
		of   lifecycle.FileState
		want bool
	}{
		{"changed long ago", lifecycle.FileState{ChangedAt: checkedAt.Add(-time.Minute), Known: true}, true},
		{"changed a moment ago", lifecycle.FileState{ChangedAt: checkedAt.Add(-time.Second), Known: true}, false},
		{"nobody knows when", lifecycle.FileState{}, false},
	} {
		if got := c.of.Reliable(checkedAt); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}

// checkedAt is when file states are judged in these tests.
var checkedAt = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
