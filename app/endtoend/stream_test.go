package endtoend_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// stream is what another program writes to the program's standard input.
type stream struct {
	size int64
	sum  string // SHA-256 of all of it, in hex
	run  *run
	complete atomic.Bool // its end was
}

// stream sends what another program writes, which is at it for a while.
func (s *programStress) stream() *run {
	s.t.Helper()
	content := randomBytes(s.random, s.random.IntN(6<<20))
	sum := sha256.Sum256(content)
	st := &stream{size: int64(len(content)), sum: hex.EncodeToString(sum[:])}
	name := fmt.Sprintf("stream %d.bin", len(s.streams))
	s.streams[name] = st
	in, out, err := os.Pipe()
	if err != nil {
		s.t.Fatal(err)
	}
	st.run = s.ferry.startWithStdin(in, "send", "--profile", s.ferry.profile, "--to", s.ferry.endpoint, "--json", "--name", name, "-")
	_ = in.Close() // the program has it
	go st.write(out, content, st.run.done)
	return st.run
}

// write writes until all is written or nobody reads any more.
func (st *stream) write(to io.WriteCloser, content []byte, done <-chan struct{}) {
	pace := time.NewTicker(5 * time.Millisecond)
	defer pace.Stop()
	for len(content) > 0 {
		n, err := to.Write(content[:min(len(content), 32<<10)])
		if content = content[n:]; err != nil {
			return // that nobody knows the rest is what this is about
		}
		select {
		case <-pace.C:
		case <-done:
			return
		}
	}
	st.complete.Store(true)
	_ = to.Close()
}

// streamOf is the stream that a transfer carries; nil when it carries a file.
func (s *stressRun) streamOf(path string) *stream { return s.streams[filepath.Base(path)] }

// checkStream wants that a stream is across whole or not at all, and that one
// whose end was told and whose sender had its way is across.
func (s *stressRun) checkStream(t uploader.Transfer, st *stream, f uploadtest.StoredFile) {
	s.t.Helper()
	switch {
	case t.Phase == uploader.PhaseDone:
		if !st.complete.Load() || f.SHA256 != st.sum || f.Size != st.size || f.Length != st.size {
			s.report("%d %s of %d bytes is done, and the server has %d of %d; its end was told: %v",
				t.ID, t.Source.Path, st.size, f.Size, f.Length, st.complete.Load())
		}
	case !isCutStream(t):
		s.report("%d %s is %v in the end: %v", t.ID, t.Source.Path, t.Phase, t.Fault)
	}
}

// isCutStream reports whether a transfer is of a stream whose end nobody knows.
func isCutStream(t uploader.Transfer) bool {
	return t.Phase == uploader.PhaseCancelled ||
		t.Phase == uploader.PhaseFailed && (fault.Is(t.Fault, fault.SourceCut) || fault.Is(t.Fault, fault.SourceMissing))
}

// checkStreams wants that what a program said to be across is, however it went on.
func (s *stressRun) checkStreams(done map[string]bool) {
	s.t.Helper()
	for name, st := range s.streams {
		if st.run.exitCode() == 0 && !done[name] {
			s.report("%s was sent, says its sender, and is not across", name)
		}
	}
}

// completeStreams are the streams of which the end was told.
func (s *stressRun) completeStreams() int {
	n := 0
	for _, st := range s.streams {
		if st.complete.Load() {
			n++
		}
	}
	return n
}
