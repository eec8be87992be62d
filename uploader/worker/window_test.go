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
		defer w.clear()
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
	defer w.clear()
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

// TestWindowDiscardsWhatIsNotSent: the server has more of the file than was read ahead.
func TestWindowDiscardsWhatIsNotSent(t *testing.T) {
	w := filledWindow(make([]byte, maxPieces*10), 0, 10)
	defer w.clear()
	if w.hasRoom(9, maxPieces) || len(w.pieces) != maxPieces {
		t.Errorf("%d pieces, of which one is being sent", len(w.pieces))
	}
	if !w.hasRoom(20, maxPieces) || len(w.pieces) != maxPieces-2 {
		t.Errorf("%d pieces, of which two are not sent", len(w.pieces))
	}
}

// TestLentBytesStayAsTheyAre ends the window while bytes of it are lent, as to a connection
// that still writes: the buffer is not used for another file before they are released.
func TestLentBytesStayAsTheyAre(t *testing.T) {
	before := buffers.lent.Load()
	w := &window{}
	w.add(newPiece(0, pieceSize))
	bytes, release := w.lend(10, pieceSize)
	if len(bytes) != pieceSize-10 {
		t.Fatalf("%d bytes are lent", len(bytes))
	}
	w.clear()
	if buffers.lent.Load() != before+1 {
		t.Error("the buffer was given back while its bytes were lent")
	}
	if release(); buffers.lent.Load() != before {
		t.Error("the buffer was not given back")
	}
}

// TestBuffersOfTheProgramAreLimited reads many files ahead at once.
func TestBuffersOfTheProgramAreLimited(t *testing.T) {
	before := buffers.lent.Load()
	var windows []*window
	for range 60 {
		w := &window{}
		for w.hasRoom(0, maxPieces) {
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

// TestFilesShareTheBuffers begins to read more files ahead: the first one gets its share.
func TestFilesShareTheBuffers(t *testing.T) {
	fill := func(w *window) {
		for w.hasRoom(0, maxPieces) {
			w.add(newPiece(0, pieceSize))
		}
	}
	windows := make([]*window, 6)
	for i := range windows {
		windows[i] = &window{}
		fill(windows[i])
		defer windows[i].clear()
	}
	first := windows[0]
	first.discard(maxPieces)
	share := buffers.share()
	if fill(first); len(first.pieces) != share || share > maxBuffers/len(windows) {
		t.Errorf("the first of %d files has %d pieces, its share is %d", len(windows), len(first.pieces), share)
	}
}

func TestSmallFileNeedsNoWholeBuffer(t *testing.T) {
	for _, size := range []int64{10 << 10, 600 << 10} {
		if p := newPiece(0, size); p.buffer != nil || int64(cap(p.bytes)) > size {
			t.Errorf("%d bytes for a file of %d", cap(p.bytes), size)
		}
	}
}
