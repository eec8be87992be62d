package engine_test

import (
	"context"
	"os"
	"testing"
	"testing/synctest"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/engine"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/tus"
)

// hidesFinished is a server that does not find uploads that are complete, unless it shows
// them. It carries out the PATCH requests whose numbers are in lost, but the response is
// lost.
type hidesFinished struct {
	consistentLater
	needsPatch bool // an upload of 0 bytes is complete only after a PATCH
	lost       map[int]bool
	removed    bool // uploads of which a response was lost are removed
	shows      bool
	completed  func() // called after the last PATCH; nil for none

	patches int
	done    map[string]bool // by the URL of the upload
}

func (s *hidesFinished) Create(ctx context.Context, request tus.CreateRequest) (tus.Upload, error) {
	upload, err := s.consistentLater.Create(ctx, request)
	s.done[upload.URL] = request.Size == 0 && !s.needsPatch
	return upload, err
}

func (s *hidesFinished) Head(ctx context.Context, url string) (tus.Status, error) {
	if s.done[url] && !s.shows {
		return tus.Status{}, missing(fault.Head)
	}
	return s.consistentLater.Head(ctx, url)
}

func (s *hidesFinished) PatchWith(ctx context.Context, request tus.PatchRequest) (tus.Status, error) {
	if s.done[request.URL] && !s.shows {
		return tus.Status{}, missing(fault.Patch)
	}
	status, err := s.consistentLater.PatchWith(ctx, request)
	if err != nil {
		return status, err
	}
	lost := s.lost[s.patches]
	s.patches++
	s.done[request.URL] = status.Offset == s.uploads[request.URL].length || lost && s.removed
	if s.done[request.URL] && s.completed != nil {
		s.completed()
	}
	if lost {
		return tus.Status{}, fault.Newf(fault.Transient, fault.Patch, "connection reset")
	}
	return status, nil
}

// complete returns how many files the server has.
func (s *hidesFinished) complete() int {
	n := 0
	for url, done := range s.done {
		if done && s.uploads[url].offset == s.uploads[url].length {
			n++
		}
	}
	return n
}

// newFinishedHarness starts an engine with such a server. It is called in a synctest bubble.
func newFinishedHarness(t *testing.T, server *hidesFinished, options uploader.ServerOptions) *harness {
	t.Helper()
	server.done = map[string]bool{}
	h := newLaterHarness(t, &server.consistentLater, func(c *engine.Config) {
		c.Connect = func(uploader.Server) (uploader.Protocol, error) { return server, nil }
	})
	h.setServerOptions(options)
	return h
}

func TestC23LostResponseOfHiddenUploadIsAQuestion(t *testing.T) {
	const chunk = 1 << 20
	hides := uploader.ServerOptions{HidesFinished: true, ChunkMax: chunk}
	for _, c := range []struct {
		name    string
		size    int
		options uploader.ServerOptions
		lost    int // number of the PATCH whose response is lost
		removed bool
		state   uploader.State
		code    string
		again   int // files on the server once the user started over
	}{
		{"last of three requests", 2*chunk + 1, hides, 2, false, uploader.StateNeedsDecision, fault.CodeResponseLost, 2},
		{"only request", 10, hides, 0, false, uploader.StateNeedsDecision, fault.CodeResponseLost, 2},
		{"second of three, and the upload was removed", 2*chunk + 1, hides, 1, true, uploader.StateExpired, "", 1},
		{"server without the option", 2*chunk + 1, uploader.ServerOptions{ChunkMax: chunk}, 2, false, uploader.StateExpired, "", 2},
	} {
		for name, restart := range map[string]bool{"same run": false, "after a restart": true} {
			path := createFile(t, "film.mov", c.size)
			t.Run(c.name+", "+name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					server := &hidesFinished{lost: map[int]bool{c.lost: true}, removed: c.removed}
					h := newFinishedHarness(t, server, c.options)
					defer func() { h.stop() }()
					h.add(path)
					if restart {
						h.waitState(uploader.StateRetrying)
						h.restart()
					}
					failed := h.waitState(c.state)
					if failed.Fault.Code != c.code || failed.Fault.Kind != fault.Gone {
						t.Errorf("failed with %v, code %q, want %q", failed.Fault, failed.Fault.Code, c.code)
					}
					h.do(uploader.Retry{Target: uploader.TargetTransfers(failed.ID)})
					h.waitState(uploader.StateDone)
					if got := server.complete(); got != c.again {
						t.Errorf("the server has %d files, want %d", got, c.again)
					}
				})
			})
		}
	}
}

// TestC23AcknowledgedUploadIsNotQueried changes a file before its last response: the file
// can be verified only after it was changed back.
func TestC23AcknowledgedUploadIsNotQueried(t *testing.T) {
	path := createFile(t, "film.mov", 3<<20)
	write := func(content []byte) {
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Error(err)
		}
	}
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		server := &hidesFinished{completed: func() { write(make([]byte, len(content))) }}
		h := newFinishedHarness(t, server, uploader.ServerOptions{HidesFinished: true})
		defer func() { h.stop() }()
		h.add(path)
		h.waitState(uploader.StateChanged)
		write(content)
		h.do(uploader.Retry{Target: uploader.TargetAll(), KeepUploads: true})
		h.waitState(uploader.StateDone)
		if len(server.created) != 1 || server.complete() != 1 {
			t.Errorf("%d uploads, %d files", len(server.created), server.complete())
		}
	})
}

func TestC23LostResponseBeforeTheLastIsResumed(t *testing.T) {
	path := createFile(t, "film.mov", 3<<20)
	synctest.Test(t, func(t *testing.T) {
		server := &hidesFinished{lost: map[int]bool{0: true, 1: true}}
		h := newFinishedHarness(t, server, uploader.ServerOptions{HidesFinished: true, ChunkMax: 1 << 20})
		defer func() { h.stop() }()
		h.waitFinal(h.add(path))
		if len(server.created) != 1 || server.patches != 3 || server.complete() != 1 {
			t.Errorf("%d uploads, %d requests, %d files", len(server.created), server.patches, server.complete())
		}
	})
}

func TestK14EmptyFileIsCompletedByPatch(t *testing.T) {
	for _, c := range []struct {
		name    string
		options uploader.ServerOptions
		lost    map[int]bool
		patches int
		uploads int
	}{
		{"server that wants it", uploader.ServerOptions{EmptyPatch: true, HidesFinished: true}, nil, 1, 1},
		{"other server", uploader.ServerOptions{}, nil, 0, 1},
		{"response lost", uploader.ServerOptions{EmptyPatch: true, HidesFinished: true}, map[int]bool{0: true}, 2, 2},
		{"response lost, and the upload is shown", uploader.ServerOptions{EmptyPatch: true}, map[int]bool{0: true}, 2, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := createFile(t, "empty.txt", 0)
			synctest.Test(t, func(t *testing.T) {
				server := &hidesFinished{needsPatch: c.options.EmptyPatch, lost: c.lost, shows: !c.options.HidesFinished}
				h := newFinishedHarness(t, server, c.options)
				defer func() { h.stop() }()
				h.add(path)
				done := h.waitState(uploader.StateDone)
				if server.patches != c.patches || len(server.created) != c.uploads || done.Fault != nil {
					t.Errorf("%d requests with PATCH and %d with POST, want %d and %d", server.patches, len(server.created), c.patches, c.uploads)
				}
			})
		})
	}
}
