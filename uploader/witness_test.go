package uploader

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/ferryapp/ferry/uploader/fault"
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
// server holds 3.
func TestWhatIsReadAgainBeforeAnUploadGoesOn(t *testing.T) {
	const size, held = 4 << 20, 3 << 20
	for _, c := range []struct {
		name    string
		watched bool // this run compared it before
		proof   Proof
		happen  func(t *testing.T, path string)
		rereads bool
		isNotIt bool
	}{
		{"compared by an earlier run", false, ProofSamples, nil, true, false},
		{"compared by this run, and not touched since", true, ProofSamples, nil, false, false},
		{"the same where all of it is to be compared always", true, ProofWhole, nil, true, false},
		{"touched since, and its time restored", true, ProofSamples, func(*testing.T, string) {}, true, false},
		{"edited since, and its time restored", true, ProofSamples, func(t *testing.T, path string) {
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
			if !before.known {
				t.Skip("this system does not tell when a file was changed")
			}
			if c.happen != nil {
				c.happen(t, path)
				restoreUntilNoted(t, path, file, before)
			}
			read := &counting{Opened: file}
			w := newWorker(workerConfig{
				transfer: Transfer{ID: 1, Source: seen, Fingerprint: "m1", Session: Session{URL: "u", Offset: held}},
				settings: Settings{Proof: c.proof},
				recall:   func(context.Context, TransferID) (source.Proof, error) { return sent.Proof(), nil },
				report:   func(TransferID, ...input) {},
			})
			if c.watched {
				w.attested = before
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
func restoreUntilNoted(t *testing.T, path string, file source.Opened, before testimony) {
	t.Helper()
	for {
		if err := os.Chtimes(path, time.Time{}, before.file.ModTime); err != nil {
			t.Fatal(err)
		}
		if changed, _ := source.ChangedAt(file); !changed.Equal(before.changed) {
			return
		}
	}
}

func TestATestimonyHoldsOnlyWhenALaterChangeWouldShow(t *testing.T) {
	for _, c := range []struct {
		name string
		of   testimony
		want bool
	}{
		{"changed long ago", testimony{changed: checkedAt.Add(-time.Minute), known: true}, true},
		{"changed a moment ago", testimony{changed: checkedAt.Add(-time.Second), known: true}, false},
		{"nobody knows when", testimony{}, false},
	} {
		if got := c.of.holds(checkedAt); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}

// checkedAt is when file states are judged in these tests.
var checkedAt = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
