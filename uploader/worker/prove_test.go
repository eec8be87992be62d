package worker

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/lifecycle"
	"github.com/ferryapp/ferry/uploader/source"
)

// savedInputs collects what a worker reports and saves.
type savedInputs struct {
	mu    sync.Mutex
	all   []lifecycle.Input
	proof source.Proof
}

func (s *savedInputs) report(_ uploader.TransferID, inputs ...lifecycle.Input) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all = append(s.all, inputs...)
	for _, in := range inputs {
		if hashed, ok := in.(lifecycle.BlocksHashed); ok {
			s.proof = s.proof.Replace(hashed.Blocks)
		}
	}
}

// provenEnd returns the end of the proof of the beginning of the file.
func (s *savedInputs) provenEnd() int64 { return s.provenFrom(0) }

// provenFrom returns the end of the proof of what begins at an offset.
func (s *savedInputs) provenFrom(offset int64) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.proof.CoveredTo(offset)
}

// whole returns the extent of a file that is one upload.
func whole(size, acknowledged int64) []extent {
	return []extent{{source.Range{End: size}, acknowledged}}
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
		Remote:   &Remote{},
		Counters: &Counters{}, TotalSent: &atomic.Int64{},
		Report: saved.report,
		Save: func(_ context.Context, id uploader.TransferID, inputs ...lifecycle.Input) error {
			saved.report(id, inputs...)
			return nil
		},
		Fingerprint: func(context.Context, source.File) (string, error) { return "m2", nil },
	})
	w.file.handle, w.file.opened = file, seen
	if err := w.file.verify(t.Context(), whole(size, 0)); err != nil {
		t.Fatal(err)
	}
	return w, saved, path
}

// proveWhole begins to send a file that is one upload.
func proveWhole(t *testing.T, w *Worker) (ctx context.Context, stop func(error) error) {
	t.Helper()
	w.file.sections[0].gate.begin(w.transfer.Session.Offset)
	return w.file.proveWhileSending(t.Context())
}

// bodyFrom returns the body of a request with these bytes of the file.
func bodyFrom(ctx context.Context, w *Worker, start, end int64) io.Reader {
	r := w.remainder()
	r.offset = start
	return w.patcher.body(ctx, w.file.handle, r, end-start)
}

// TestNothingIsReadBeforeItsProofIsSaved reads a file like a request does.
func TestNothingIsReadBeforeItsProofIsSaved(t *testing.T) {
	const size = 40<<20 + 123
	w, saved, _ := newProven(t, size)
	ctx, stop := proveWhole(t, w)
	for at := int64(0); at < size; {
		n, err := w.file.sections[0].gate.admit(ctx, at, min(32<<10, size-at))
		if err != nil {
			t.Fatal(err)
		}
		w.file.sections[0].window.read(make([]byte, n), at)
		if at += n; at > saved.provenEnd() {
			t.Fatalf("read up to %d, proof saved up to %d", at, saved.provenEnd())
		}
	}
	if err := stop(nil); err != nil {
		t.Error(err)
	}
}

// byteCounter counts the bytes that are read of a file.
type byteCounter struct {
	source.OpenFile
	read atomic.Int64
}

func (c *byteCounter) ReadAt(p []byte, at int64) (int, error) {
	n, err := c.OpenFile.ReadAt(p, at)
	c.read.Add(int64(n))
	return n, err
}

// TestFileIsReadOnce sends a file like the requests of a server without parts: the bytes
// that are hashed are those that are sent. Only what is sent again is read again.
func TestFileIsReadOnce(t *testing.T) {
	const size = 40<<20 + 123
	for name, c := range map[string]struct {
		again int64 // how far the second request begins before the end of the first
		want  int64
	}{
		"one request":              {0, size},
		"the end of it sent again": {3<<20 + 5, size + 3<<20 + 5},
	} {
		t.Run(name, func(t *testing.T) {
			w, _, _ := newProven(t, size)
			counted := &byteCounter{OpenFile: w.file.handle}
			w.file.handle = counted
			w.file.divide(whole(size, 0), false)
			if _, err := w.file.hashFirst(t.Context()); err != nil {
				t.Fatal(err)
			}
			ctx, stop := proveWhole(t, w)
			const half = 20 << 20
			for _, section := range [][2]int64{{0, half}, {half - c.again, size}} {
				body := bodyFrom(ctx, w, section[0], section[1])
				if n, err := io.Copy(io.Discard, body); err != nil || n != section[1]-section[0] {
					t.Fatalf("%d bytes, %v", n, err)
				}
			}
			if err := stop(nil); err != nil {
				t.Error(err)
			}
			if got := counted.read.Load(); got < c.want || got > c.want+pieceSize {
				t.Errorf("%d bytes were read of %d, want %d", got, int64(size), c.want)
			}
		})
	}
}

// TestUploadContinuesFarBehindItsProof resumes an upload of which the server has much more
// than the proof covers, such as one that the user began with another program: what follows is
// sent at once, with a proof, and the rest is hashed meanwhile.
func TestUploadContinuesFarBehindItsProof(t *testing.T) {
	const size, offset = 3 * windowSize, 2*windowSize + 12345
	w, saved, _ := newProven(t, size)
	w.transfer.Session = uploader.Session{URL: "u", Offset: offset}
	w.file.divide(whole(size, offset), true)
	ctx, stop := proveWhole(t, w)
	if n, err := io.Copy(io.Discard, bodyFrom(ctx, w, offset, size)); err != nil || n != size-offset {
		t.Fatalf("%d bytes, %v", n, err)
	}
	if at := saved.provenFrom(offset); at != size {
		t.Errorf("what was sent is proven up to %d, want %d", at, int64(size))
	}
	if err := stop(nil); err != nil {
		t.Error(err)
	}
	if err := w.file.hashTo(t.Context(), size); err != nil {
		t.Fatal(err)
	}
	w.file.reportProof()
	if got := saved.provenEnd(); got != size {
		t.Errorf("the proof covers %d bytes, want %d", got, int64(size))
	}
}

// TestWhatIsSentIsWhatWasHashed edits the file behind the reader: the request has the bytes
// of the proof, also if the change is noticed only later.
func TestWhatIsSentIsWhatWasHashed(t *testing.T) {
	const size = 2 << 20
	w, _, path := newProven(t, size)
	if _, err := w.file.hashFirst(t.Context()); err != nil {
		t.Fatal(err)
	}
	editAt(t, path, 1<<20)
	sent := sha256.New()
	if _, err := io.Copy(sent, bodyFrom(t.Context(), w, 0, size)); err != nil {
		t.Fatal(err)
	}
	if want := sha256.Sum256(make([]byte, size)); !bytes.Equal(sent.Sum(nil), want[:]) {
		t.Error("the request has the edited bytes")
	}
	if err := w.file.sections[0].hasher.Proof().Check(t.Context(), w.file.handle); !fault.Is(err, fault.SourceChanged) {
		t.Errorf("the proof matches the edited file: %v", err)
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
	ctx, stop := proveWhole(t, w)
	for at := int64(0); at < size; {
		n, err := w.file.sections[0].gate.admit(ctx, at, size-at)
		if err != nil {
			t.Fatal(err)
		}
		w.file.sections[0].window.read(make([]byte, n), at)
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
	ctx, stop := proveWhole(t, w)
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
			if err := w.file.sections[0].hasher.HashTo(t.Context(), size); err != nil {
				t.Fatal(err)
			}
			c.change(t, path)
			reliableState(t, w.file.handle, w.file.opened)
			if c.unproven {
				w.file.divide(whole(size, size), true)
			}
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
			w.file.divide(whole(4<<20, 4<<20), true)
			if c.edit {
				editAt(t, path, 100)
			}
			if err := w.file.hashTo(t.Context(), 4<<20); err != nil {
				t.Fatal(err)
			}
			w.file.reportProof()
			if reported := saved.provenEnd() > 0; reported == c.edit {
				t.Errorf("proof reported: %v", reported)
			}
		})
	}
}
