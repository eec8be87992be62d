package worker

import (
	"bytes"
	"testing"

	"pgregory.net/rapid"
)

// filledWindow returns a window with the bytes of content from start on, in pieces of n.
func filledWindow(content []byte, start, n int64) *window {
	w := &window{}
	for at := start; at < int64(len(content)); at += n {
		p := newPiece(at, min(n, int64(len(content))-at))
		copy(p.bytes, content[at:])
		w.add(p)
	}
	return w
}

// TestWindowReturnsTheBytesOfTheFile reads at random offsets, as requests do that are sent
// again: the window has the bytes of the file or says that it has none.
func TestWindowReturnsTheBytesOfTheFile(t *testing.T) {
	content := make([]byte, 500)
	for i := range content {
		content[i] = byte(i * 7)
	}
	rapid.Check(t, func(t *rapid.T) {
		w := filledWindow(content, 100, rapid.Int64Range(1, 200).Draw(t, "piece"))
		for range rapid.IntRange(0, 30).Draw(t, "reads") {
			at := rapid.Int64Range(0, 499).Draw(t, "at")
			p := make([]byte, rapid.IntRange(1, 100).Draw(t, "n"))
			n := w.read(p, at)
			if at < 100 && n > 0 || !bytes.Equal(p[:n], content[at:at+int64(n)]) {
				t.Fatalf("%d bytes at %d are not those of the file", n, at)
			}
		}
	})
}

func TestWindowDiscardsWhatWasRead(t *testing.T) {
	content := bytes.Repeat([]byte("0123456789"), 10)
	w := filledWindow(content, 0, 10)
	p := make([]byte, 10)
	for at := int64(0); at < 100; {
		n := w.read(p, at)
		if n == 0 {
			t.Fatalf("nothing at %d", at)
		}
		if at += int64(n); len(w.pieces) != 10-int(at/10) {
			t.Fatalf("%d pieces after %d bytes", len(w.pieces), at)
		}
	}
	if n := w.read(p, 95); n != 0 {
		t.Errorf("%d bytes of a piece that was discarded", n)
	}
}

// TestBuffersOfTheProgramAreLimited reads many files ahead at once.
func TestBuffersOfTheProgramAreLimited(t *testing.T) {
	before := buffers.lent.Load()
	var windows []*window
	for range 60 {
		w := &window{}
		for w.hasRoom() {
			w.add(newPiece(0, pieceSize))
		}
		windows = append(windows, w)
	}
	if n := len(windows[0].pieces); n != maxPieces {
		t.Errorf("the first file has %d pieces, want %d", n, maxPieces)
	}
	if n := len(windows[59].pieces); n != minPieces {
		t.Errorf("the last file has %d pieces, want %d", n, minPieces)
	}
	if lent := buffers.lent.Load() - before; lent > maxBuffers+60*minPieces {
		t.Errorf("%d buffers are lent", lent)
	}
	for _, w := range windows {
		w.clear()
	}
	if lent := buffers.lent.Load(); lent != before {
		t.Errorf("%d buffers are still lent", lent-before)
	}
}

func TestSmallFileNeedsNoWholeBuffer(t *testing.T) {
	if p := newPiece(0, 10<<10); p.buffer != nil || cap(p.bytes) > 16<<10 {
		t.Errorf("%d bytes for a file of 10 KiB", cap(p.bytes))
	}
}
