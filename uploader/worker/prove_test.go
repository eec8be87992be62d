package worker

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/lifecycle"
	"github.com/ferryapp/ferry/uploader/source"
)

// savedInputs collects what a worker reports and saves.
type savedInputs struct {
	mu     sync.Mutex
	all    []lifecycle.Input
	proven int64 // end of the proof that was saved
}

func (s *savedInputs) report(_ uploader.TransferID, inputs ...lifecycle.Input) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all = append(s.all, inputs...)
	for _, in := range inputs {
		if hashed, ok := in.(lifecycle.BlocksHashed); ok {
			s.proven = hashed.Blocks.Covers()
		}
	}
}

func (s *savedInputs) provenEnd() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.proven
}

// newProven returns a worker whose file of that size is open, and what it saves.
func newProven(t *testing.T, size int64) (w *Worker, saved *savedInputs, path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "film.mov")
	if err := os.WriteFile(path, make([]byte, size), 0o600); err != nil {
		t.Fatal(err)
	}
	old := time.Now().Add(-time.Hour)
	if err := os.Chtimes(path, old, old); err != nil {
		t.Fatal(err)
	}
	file, seen, err := source.Disk{}.Open(source.File{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = file.Close() })
	saved = &savedInputs{}
	w = New(Config{
		Transfer: uploader.Transfer{ID: 1, Source: seen, Fingerprint: "m1"},
		Counters: &Counters{},
		Report:   saved.report,
		Save: func(_ context.Context, id uploader.TransferID, inputs ...lifecycle.Input) error {
			saved.report(id, inputs...)
			return nil
		},
		Fingerprint: func(context.Context, source.File) (string, error) { return "m2", nil },
	})
	w.file.handle, w.file.opened = file, seen
	if err := w.file.verify(t.Context(), 0); err != nil {
		t.Fatal(err)
	}
	return w, saved, path
}

// TestNothingIsReadBeforeItsProofIsSaved reads a file like a request does.
func TestNothingIsReadBeforeItsProofIsSaved(t *testing.T) {
	const size = 40<<20 + 123
	w, saved, _ := newProven(t, size)
	ctx, stop := w.file.proveWhileSending(t.Context())
	for at := int64(0); at < size; {
		n, err := w.file.gate.admit(ctx, at, min(32<<10, size-at))
		if err != nil {
			t.Fatal(err)
		}
		if at += n; at > saved.provenEnd() {
			t.Fatalf("read up to %d, proof saved up to %d", at, saved.provenEnd())
		}
	}
	if err := stop(nil); err != nil {
		t.Error(err)
	}
}

// TestSendingGoesOnWhileProofCannotBeSaved reads a file while the store cannot be written.
func TestSendingGoesOnWhileProofCannotBeSaved(t *testing.T) {
	const size = 4 << 20
	w, _, _ := newProven(t, size)
	w.save = func(ctx context.Context, _ uploader.TransferID, _ ...lifecycle.Input) error {
		<-ctx.Done()
		return ctx.Err()
	}
	ctx, stop := w.file.proveWhileSending(t.Context())
	for at := int64(0); at < size; {
		n, err := w.file.gate.admit(ctx, at, size-at)
		if err != nil {
			t.Fatal(err)
		}
		at += n
	}
	if err := stop(nil); err != nil {
		t.Error(err)
	}
}

// TestFileThatCannotBeReadEndsSending truncates the file.
func TestFileThatCannotBeReadEndsSending(t *testing.T) {
	w, _, path := newProven(t, 4<<20)
	if err := os.Truncate(path, 1<<20); err != nil {
		t.Fatal(err)
	}
	ctx, stop := w.file.proveWhileSending(t.Context())
	<-ctx.Done()
	if err := stop(errors.New("request failed")); !fault.Is(err, fault.SourceChanged) {
		t.Errorf("got %v, want SourceChanged", err)
	}
}

// TestFileChangesWhileItIsSent changes the file while it is hashed, of which all is sent.
func TestFileChangesWhileItIsSent(t *testing.T) {
	const size = 4 << 20
	touch := func(t *testing.T, path string) {
		t.Helper()
		now := time.Now().Add(-30 * time.Minute)
		if err := os.Chtimes(path, now, now); err != nil {
			t.Fatal(err)
		}
	}
	edit := func(t *testing.T, path string) { t.Helper(); editAt(t, path, 100) }
	for _, c := range []struct {
		name     string
		unproven bool // bytes were sent before they were hashed
		change   func(t *testing.T, path string)
		want     string // code of the fault, or its kind
	}{
		{"touched", false, touch, ""},
		{"edited", false, edit, "changed"},
		{"touched, not all hashed before", true, touch, fault.CodeNotComparable},
		{"edited, not all hashed before", true, edit, fault.CodeNotComparable},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w, saved, path := newProven(t, size)
			if err := w.file.hasher.HashTo(t.Context(), size); err != nil {
				t.Fatal(err)
			}
			c.change(t, path)
			reliableState(t, w.file.handle, w.file.opened)
			w.file.gate.close(0, map[bool]int64{true: size}[c.unproven])
			p := &prover{file: w.file, compared: make(chan error, 1)}
			err := p.check(t.Context())
			if p.comparing != nil {
				err = p.endComparison(t.Context(), <-p.compared)
			}
			got := ""
			if f := fault.Of(err); err != nil {
				if got = f.Code; got == "" && f.Kind == fault.SourceChanged {
					got = "changed"
				}
			}
			if got != c.want {
				t.Fatalf("fault %q (%v), want %q", got, err, c.want)
			}
			if c.want != "" {
				return
			}
			w.file.takeOver()
			seen, err := source.Disk{}.Stat(path)
			if err != nil {
				t.Fatal(err)
			}
			if !w.transfer.Source.Same(seen) || w.transfer.Fingerprint != "m2" || w.transfer.ChangeTime == 0 {
				t.Errorf("transfer has %+v, change time %d", w.transfer.Source, w.transfer.ChangeTime)
			}
			isUpdate := func(in lifecycle.Input) bool { _, ok := in.(lifecycle.FileUpdated); return ok }
			if !slices.ContainsFunc(saved.all, isUpdate) {
				t.Error("the new state was not reported")
			}
		})
	}
}

// TestProofOfUnprovenBytesIsNotSavedAfterChange changes a file of which bytes were sent
// before they were hashed: the hash is not that of what was sent.
func TestProofOfUnprovenBytesIsNotSavedAfterChange(t *testing.T) {
	for _, c := range []struct {
		name string
		edit bool
	}{{"unchanged", false}, {"edited", true}} {
		t.Run(c.name, func(t *testing.T) {
			w, saved, path := newProven(t, 4<<20)
			w.file.gate.close(0, 4<<20)
			if c.edit {
				editAt(t, path, 100)
			}
			if err := w.file.hasher.HashTo(t.Context(), 4<<20); err != nil {
				t.Fatal(err)
			}
			w.file.reportProof()
			if reported := saved.provenEnd() > 0; reported == c.edit {
				t.Errorf("proof reported: %v", reported)
			}
		})
	}
}
