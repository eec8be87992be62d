package engine_test

import (
	"sync/atomic"
	"testing"
	"time"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/engine"
	"github.com/ferryapp/ferry/uploader/source"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// countingSystem is the operating system's file system that counts the bytes that are read.
type countingSystem struct {
	source.OS

	read *atomic.Int64
}

func (s countingSystem) Open(path string) (source.OpenFile, error) {
	file, err := s.OS.Open(path)
	if err != nil {
		return nil, err
	}
	return countingFile{file, s.read}, nil
}

type countingFile struct {
	source.OpenFile

	read *atomic.Int64
}

func (f countingFile) ReadAt(p []byte, at int64) (int, error) {
	n, err := f.OpenFile.ReadAt(p, at)
	f.read.Add(int64(n))
	return n, err
}

// TestEachByteIsReadOnce uploads a file without interruption: what is hashed is what is sent.
// A file in parts is read once more only for the SHA-256 of all of it.
func TestEachByteIsReadOnce(t *testing.T) {
	t.Parallel()
	const size = 40<<20 + 7
	for _, c := range []struct {
		name        string
		connections int
		sha256      bool
		want        int64
	}{
		{"one upload", 1, false, size},
		{"one upload with its SHA-256", 1, true, size},
		{"parts", 8, false, size},
		{"parts with the SHA-256 of the file", 8, true, 2 * size},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			server := uploadtest.NewTusd(t)
			h := newHarness(t, server.Endpoint)
			var read atomic.Int64
			h.configure = func(config *engine.Config) { config.Disk = source.NewDisk(countingSystem{read: &read}) }
			h.restart()
			h.do(uploader.Configure{Settings: testSettings(func(s *uploader.Settings) { s.SHA256 = c.sha256 })})
			path := createFile(t, "film.mov", size)
			waitSettled(t, path)
			if done := h.waitFinal(h.addWithOptions(uploader.BatchOptions{Connections: c.connections}, path))[0]; done.Phase != uploader.PhaseDone {
				t.Fatal(done.Fault)
			}
			wantStored(t, server, path)
			if got := read.Load(); got != c.want {
				t.Errorf("%d bytes were read, want %d", got, c.want)
			}
		})
	}
}

// waitSettled waits until the last change of a file is longer ago than the resolution of its
// change time. An upload that takes longer than that compares the file once if it was not.
func waitSettled(t *testing.T, path string) {
	t.Helper()
	opened, file, err := source.NewDisk(source.OS{}).Open(source.File{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	defer opened.Close()
	for {
		state, err := source.StateOf(opened, file, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		if state.Settled {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
}
