package worker

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/lifecycle"
	"github.com/ferryapp/ferry/uploader/source"
)

// partedFile is a file that is sent in parts, to a server that has what the bodies of the requests
// had, by one worker after the other.
type partedFile struct {
	path   string
	server [][]byte // of each part

	mu     sync.Mutex
	saved  savedTransfer
	killed bool // nothing is saved any more
}

const (
	partedLength = 5 << 18 // of each part
	partedCount  = 2
)

func (p *partedFile) extents() []extent {
	extents := make([]extent, partedCount)
	for i := range extents {
		start := int64(i) * partedLength
		extents[i] = extent{source.Range{Start: start, End: start + partedLength}, start + int64(len(p.server[i]))}
	}
	return extents
}

func (p *partedFile) report(id uploader.TransferID, inputs ...lifecycle.Input) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.killed {
		p.saved.report(id, inputs...)
	}
}

// setKilled records whether the program was killed.
func (p *partedFile) setKilled(killed bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.killed = killed
}

// attempt runs a worker that sends so many bytes of each part and is killed then, or ends as
// if it was stopped. It returns the fault of the worker, and whether all of the file was sent.
func (p *partedFile) attempt(t *rapid.T, lengths []int64, kill bool) (complete bool, err error) {
	handle, seen, err := source.Disk{}.Open(source.File{Path: p.path})
	if err != nil {
		t.Fatal(err)
	}
	defer handle.Close()
	p.setKilled(false)
	if p.saved.Source.Path == "" {
		p.saved.Source = seen
	}
	w := New(Config{
		Transfer: p.saved.Transfer, Remote: &Remote{}, Counters: &Counters{}, TotalSent: &atomic.Int64{}, Report: p.report,
		Save: func(_ context.Context, id uploader.TransferID, inputs ...lifecycle.Input) error {
			p.report(id, inputs...)
			return nil
		},
		LoadProof:   func(context.Context, uploader.TransferID) (source.Proof, error) { return p.saved.proof, nil },
		Fingerprint: func(context.Context, source.File) (string, error) { return "m2", nil },
	})
	w.file.handle, w.file.opened = handle, seen
	if err := w.file.verify(t.Context(), p.extents()); err != nil {
		return false, err
	}
	ctx, stop := w.file.proveWhileSending(t.Context())
	complete = true
	for i, e := range p.extents() {
		section := w.file.sections[i]
		section.gate.begin(e.acknowledged)
		n := min(lengths[i], e.End-e.acknowledged)
		body := w.patcher.body(ctx, handle, remainder{
			start: e.Start, offset: e.acknowledged - e.Start, length: partedLength, section: section, counter: w.whole,
		}, n)
		sent, err := io.ReadAll(body)
		if err != nil {
			t.Fatal(err)
		}
		p.server[i] = append(p.server[i], sent...)
		complete = complete && len(p.server[i]) == partedLength
		section.gate.end()
	}
	p.setKilled(kill)
	if err := stop(nil); err != nil {
		return complete, err
	}
	if complete {
		err = w.file.finish(t.Context())
	}
	return complete, err
}

// TestVersionsAreNotMixedInParts interrupts a file that is sent in parts anywhere, and edits it
// anywhere with its modification time restored, between the attempts: what the server has in the
// end is the file as it is, or the transfer fails. If the edits are of bytes far from those that
// were sent, it does not fail.
func TestVersionsAreNotMixedInParts(t *testing.T) {
	folder := t.TempDir()
	old := time.Now().Add(-time.Hour)
	rapid.Check(t, func(t *rapid.T) {
		p := &partedFile{
			path: filepath.Join(folder, "film.mov"), server: make([][]byte, partedCount),
			saved: savedTransfer{Transfer: uploader.Transfer{ID: 1, Fingerprint: "m1", Session: uploader.Session{Parts: partedCount}}},
		}
		content := bytes.Repeat([]byte("0123456789abcdef"), partedCount*partedLength/16)
		editedSent := false
		write := func() {
			if err := os.WriteFile(p.path, content, 0o600); err != nil {
				t.Fatal(err)
			}
			if err := os.Chtimes(p.path, old, old); err != nil {
				t.Fatal(err)
			}
		}
		write()
		attempts := rapid.IntRange(1, 4).Draw(t, "attempts")
		for attempt := range attempts {
			lengths := make([]int64, partedCount)
			for i := range lengths {
				if lengths[i] = partedLength; attempt < attempts-1 {
					lengths[i] = rapid.Int64Range(0, partedLength).Draw(t, "bytes of a part")
				}
			}
			complete, err := p.attempt(t, lengths, rapid.Bool().Draw(t, "killed"))
			switch {
			case err != nil && !fault.Is(err, fault.SourceChanged):
				t.Fatal(err)
			case err != nil && !editedSent:
				t.Fatalf("nothing that was sent changed: %v", err)
			case err != nil:
				return
			case complete && !bytes.Equal(bytes.Join(p.server, nil), content):
				t.Fatal("the server has another content than the file")
			case complete:
				return
			}
			if rapid.Bool().Draw(t, "edit") {
				at := rapid.IntRange(0, len(content)-1).Draw(t, "edited at")
				content[at] ^= 0x80
				sent := p.server[at/partedLength]
				editedSent = editedSent || at%partedLength < len(sent)+1<<20 && len(sent) > 0 // in the last block that has a byte that was sent
				write()
			}
		}
	})
}
