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

// stream is the data piped to the program's standard input.
type stream struct {
	size     int64
	sum      string // SHA-256 of the data, in hex
	run      *run
	complete atomic.Bool // all of it was written
}

// stream starts a run that sends its standard input, which is written over some time.
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
	_ = in.Close() // inherited by the process
	go st.write(out, content, st.run.done)
	return st.run
}

// write writes the content until the process exits.
func (st *stream) write(to io.WriteCloser, content []byte, done <-chan struct{}) {
	pace := time.NewTicker(5 * time.Millisecond)
	defer pace.Stop()
	for len(content) > 0 {
		n, err := to.Write(content[:min(len(content), 32<<10)])
		if content = content[n:]; err != nil {
			return // the stream stays incomplete
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

// streamOf returns the stream of a transfer, or nil if it uploads a file.
func (s *stressRun) streamOf(path string) *stream { return s.streams[filepath.Base(path)] }

// checkStream checks that the transfer of a stream is done with all of its data, or
// ended because the stream was cut.
func (s *stressRun) checkStream(t uploader.Transfer, st *stream, f uploadtest.StoredFile) {
	s.t.Helper()
	switch {
	case t.Phase == uploader.PhaseDone:
		if !st.complete.Load() || f.SHA256 != st.sum || f.Size != st.size || f.Length != st.size {
			s.report("%d %s of %d bytes is done, server has %d of %d; complete: %v",
				t.ID, t.Source.Path, st.size, f.Size, f.Length, st.complete.Load())
		}
	case !isCutStream(t):
		s.report("%d %s is %v: %v", t.ID, t.Source.Path, t.Phase, t.Fault)
	}
}

// isCutStream reports whether the transfer of a stream ended because it was cut.
func isCutStream(t uploader.Transfer) bool {
	return t.Phase == uploader.PhaseCancelled ||
		t.Phase == uploader.PhaseFailed && (fault.Is(t.Fault, fault.SourceTruncated) || fault.Is(t.Fault, fault.SourceMissing))
}

// checkStreams checks that a stream is uploaded if its process exited with 0.
func (s *stressRun) checkStreams(done map[string]bool) {
	s.t.Helper()
	for name, st := range s.streams {
		if st.run.exitCode() == 0 && !done[name] {
			s.report("%s is not uploaded, but its process exited with 0", name)
		}
	}
}

// completeStreams returns the number of complete streams.
func (s *stressRun) completeStreams() int {
	n := 0
	for _, st := range s.streams {
		if st.complete.Load() {
			n++
		}
	}
	return n
}
