package engine_test

import (
	"context"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/engine"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/netx"
	"github.com/ferryapp/ferry/uploader/tus"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// consistentLater is a server that is eventually consistent: it responds with 404 to the
// first hide requests to each new upload, and to the first hide concatenations.
type consistentLater struct {
	hide int
	lose bool // uploads are lost once a PATCH was acknowledged

	mu      sync.Mutex
	uploads map[string]*laterUpload
	lost    bool
	hidden  int // concatenations that were refused
	created []uploader.Timestamp
	asked   map[string][]time.Time // requests by upload
	deleted int
}

type laterUpload struct {
	offset, length int64
	asked          int
}

func (s *consistentLater) Probe(context.Context) (tus.Capabilities, error) {
	return tus.Capabilities{Known: true, Extensions: []string{tus.Concatenation, tus.CreationDeferLength, tus.Termination}}, nil
}

func (s *consistentLater) Create(_ context.Context, request tus.CreateRequest) (tus.Upload, error) {
	upload := &laterUpload{length: request.Size}
	if request.Deferred {
		upload.length = -1
	}
	return s.add(upload), nil
}

func (s *consistentLater) add(upload *laterUpload) tus.Upload {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.created = append(s.created, uploader.TimestampOf(time.Now()))
	url := fmt.Sprintf("https://uploads.example/files/%d", len(s.created))
	s.uploads[url] = upload
	return tus.Upload{URL: url}
}

// find returns an upload, or the fault of a request to one that is still hidden.
func (s *consistentLater) find(op fault.Op, url string) (*laterUpload, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked[url] = append(s.asked[url], time.Now())
	upload := s.uploads[url]
	if upload.asked++; upload.asked <= s.hide || s.lost {
		return nil, missing(op)
	}
	return upload, nil
}

func missing(op fault.Op) error {
	f := fault.Newf(fault.Gone, op, "404")
	f.Status = 404
	return f
}

func (s *consistentLater) Head(_ context.Context, url string) (tus.Status, error) {
	upload, err := s.find(fault.Head, url)
	if err != nil {
		return tus.Status{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return tus.Status{Offset: upload.offset, Length: upload.length}, nil
}

func (s *consistentLater) PatchWith(_ context.Context, request tus.PatchRequest) (tus.Status, error) {
	upload, err := s.find(fault.Patch, request.URL)
	if err != nil {
		return tus.Status{}, err
	}
	n, err := io.Copy(io.Discard, request.Body)
	if err != nil {
		return tus.Status{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lost = s.lose
	if upload.offset += n; request.Last {
		upload.length = upload.offset
	}
	return tus.Status{Offset: upload.offset, Length: -1}, nil
}

func (s *consistentLater) Concat(_ context.Context, request tus.ConcatRequest) (tus.Upload, error) {
	s.mu.Lock()
	s.hidden++
	refused := s.hidden <= min(s.hide, 5)
	s.mu.Unlock()
	if refused {
		return tus.Upload{}, missing(fault.Concat)
	}
	return s.add(&laterUpload{offset: request.Size, length: request.Size}), nil
}

func (s *consistentLater) Terminate(_ context.Context, url string) error {
	if _, err := s.find(fault.Terminate, url); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.deleted++
	return nil
}

// newLaterHarness starts an engine with a server that hides new uploads. It is called in a
// synctest bubble.
func newLaterHarness(t *testing.T, server *consistentLater, configure func(*engine.Config)) *harness {
	t.Helper()
	server.uploads, server.asked = map[string]*laterUpload{}, map[string][]time.Time{}
	h := &harness{t: t, store: uploadtest.NewStore(), configure: func(config *engine.Config) {
		config.Connect = func(uploader.Server) (uploader.Protocol, error) { return server, nil }
		configure(config)
	}}
	h.start()
	h.do(uploader.SaveServer{Server: uploader.Server{Name: "later", Endpoint: "https://uploads.example/files/"}})
	return h
}

func TestC21NewUploadIsNotBelievedToBeMissing(t *testing.T) {
	const partBytes = 24 << 20
	file, large := createFile(t, "film.mov", 3<<20), createFile(t, "large.mov", partBytes)
	for _, c := range []struct {
		name    string
		hide    int
		path    string
		options uploader.BatchOptions
		uploads int // created: parts and the joined one are uploads too
		deleted int
	}{
		{"single upload, hidden once", 1, file, uploader.BatchOptions{}, 1, 0},
		{"single upload, hidden five times", 5, file, uploader.BatchOptions{}, 1, 0},
		{"small file", 3, createFile(t, "note.txt", 10), uploader.BatchOptions{}, 1, 0},
		{"parts and the joined upload, hidden once", 1, large, uploader.BatchOptions{Connections: 2}, 4, 3},
		{"parts and the joined upload, hidden four times", 4, large, uploader.BatchOptions{Connections: 2}, 4, 3},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				server := &consistentLater{hide: c.hide}
				h := newLaterHarness(t, server, func(*engine.Config) {})
				defer func() { h.stop() }()
				began := time.Now()
				batch := h.addWithOptions(c.options, c.path)
				waiting := h.waitState(uploader.StateRetrying)
				if waiting.Fault.Code != fault.CodeUploadNotVisible || waiting.Attempt != 0 {
					t.Errorf("waits because of %v, attempt %d", waiting.Fault, waiting.Attempt)
				}
				done := h.waitFinal(batch)[0]
				if done.Phase != uploader.PhaseDone {
					t.Errorf("phase %v: %v", done.Phase, done.Fault)
				}
				if len(server.created) != c.uploads || server.deleted != c.deleted {
					t.Errorf("%d uploads were created and %d deleted, want %d and %d", len(server.created), server.deleted, c.uploads, c.deleted)
				}
				if took := time.Since(began); took < time.Second {
					t.Errorf("done after %v, want waits between the requests", took)
				}
			})
		})
	}
}

func TestC21DeferredLength(t *testing.T) {
	path := createFile(t, "stream.log", 2<<20)
	synctest.Test(t, func(t *testing.T) {
		server := &consistentLater{hide: 3}
		h := newLaterHarness(t, server, func(c *engine.Config) {
			began := time.Now()
			c.Growth = func(string) uploader.FileGrowth {
				if time.Since(began) < 20*time.Second {
					return uploader.GrowthActive
				}
				return uploader.GrowthComplete
			}
		})
		defer func() { h.stop() }()
		done := h.waitFinal(h.add(path))[0]
		if done.Phase != uploader.PhaseDone || len(server.created) != 1 {
			t.Errorf("phase %v, %d uploads were created: %v", done.Phase, len(server.created), done.Fault)
		}
	})
}

// TestC21RestartKeepsNewUpload restarts the program while it waits for a new upload.
func TestC21RestartKeepsNewUpload(t *testing.T) {
	for name, options := range map[string]uploader.BatchOptions{"single upload": {}, "parts": {Connections: 2}} {
		t.Run(name, func(t *testing.T) {
			path := createFile(t, "large.mov", 24<<20)
			synctest.Test(t, func(t *testing.T) {
				server := &consistentLater{hide: 4}
				h := newLaterHarness(t, server, func(*engine.Config) {})
				defer func() { h.stop() }()
				batch := h.addWithOptions(options, path)
				h.waitState(uploader.StateRetrying)
				h.restart()
				done := h.waitFinal(batch)[0]
				uploads := 1
				if options.Connections > 0 {
					uploads = done.Session.Parts + 1
				}
				if done.Phase != uploader.PhaseDone || len(server.created) != uploads {
					t.Errorf("phase %v, %d uploads were created, want %d: %v", done.Phase, len(server.created), uploads, done.Fault)
				}
			})
		})
	}
}

// TestC21MissingUploadIsBelieved hides an upload for longer than a new one is waited for.
func TestC21MissingUploadIsBelieved(t *testing.T) {
	path := createFile(t, "film.mov", 3<<20)
	synctest.Test(t, func(t *testing.T) {
		server := &consistentLater{hide: 1 << 30}
		h := newLaterHarness(t, server, func(*engine.Config) {})
		defer func() { h.stop() }()
		h.add(path)
		h.waitFor("the second upload", func(*uploader.Snapshot) bool {
			server.mu.Lock()
			defer server.mu.Unlock()
			return len(server.created) == 2
		})
		server.mu.Lock()
		defer server.mu.Unlock()
		created := server.created[0].Time()
		asked := server.asked["https://uploads.example/files/1"]
		var waits []time.Duration
		for i := range asked[1:] {
			waits = append(waits, asked[i+1].Sub(asked[i]))
		}
		if len(waits) != 5 {
			t.Errorf("it was asked for again after %v, want five waits", waits)
		}
		for i := 1; i < len(waits)-1; i++ { // the last one ends when the upload is 30 seconds old
			if waits[i] <= waits[i-1] {
				t.Errorf("the waits do not grow: %v", waits)
			}
		}
		if age := server.created[1].Sub(created); age < 30*time.Second {
			t.Errorf("another upload was created after %v", age)
		}
	})
}

// TestC21CancelledNewUploadIsDeleted cancels an upload that the server does not show yet,
// also right before a restart.
func TestC21CancelledNewUploadIsDeleted(t *testing.T) {
	path := createFile(t, "film.mov", 3<<20)
	for name, restart := range map[string]bool{"same run": false, "after a restart": true} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				server := &consistentLater{hide: 4}
				h := newLaterHarness(t, server, func(*engine.Config) {})
				defer func() { h.stop() }()
				h.add(path)
				h.waitState(uploader.StateRetrying)
				h.do(uploader.Cancel{Target: uploader.TargetAll()})
				if restart {
					h.restart()
					h.waitLoaded()
				}
				h.waitCancelled()
				server.mu.Lock()
				defer server.mu.Unlock()
				if len(server.created) != 1 || server.deleted != 1 {
					t.Errorf("%d uploads were created and %d deleted, want 1 of each", len(server.created), server.deleted)
				}
			})
		})
	}
}

// TestC21AcknowledgedUploadIsBelievedToBeMissing has the server lose an upload that it
// acknowledged.
func TestC21AcknowledgedUploadIsBelievedToBeMissing(t *testing.T) {
	path := createFile(t, "film.mov", 3<<20)
	synctest.Test(t, func(t *testing.T) {
		server := &consistentLater{lose: true}
		h := newLaterHarness(t, server, func(*engine.Config) {})
		defer func() { h.stop() }()
		h.setServerOptions(uploader.ServerOptions{ChunkMax: 1 << 20})
		began := time.Now()
		h.add(path)
		failed := h.waitState(uploader.StateExpired)
		if took := time.Since(began); took > time.Second {
			t.Errorf("failed after %v: %v", took, failed.Fault)
		}
	})
}

// slowParts is a server that takes 2.9 seconds for a PATCH, fails the third one, and
// responds two seconds late to the creation of the fourth part.
type slowParts struct {
	consistentLater
	patches    atomic.Int64
	whenFailed int // how many uploads had been created when the third part failed
}

func (s *slowParts) Create(ctx context.Context, request tus.CreateRequest) (tus.Upload, error) {
	upload, err := s.consistentLater.Create(ctx, request)
	s.mu.Lock()
	fourth := len(s.created) == 4
	s.mu.Unlock()
	if fourth && netx.Sleep(ctx, 2*time.Second) != nil {
		return tus.Upload{}, ctx.Err()
	}
	return upload, err
}

func (s *slowParts) PatchWith(ctx context.Context, request tus.PatchRequest) (tus.Status, error) {
	n := s.patches.Add(1)
	status, err := s.consistentLater.PatchWith(ctx, request)
	if netx.Sleep(ctx, 2900*time.Millisecond) != nil {
		return tus.Status{}, ctx.Err()
	}
	if n == 3 {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.whenFailed = len(s.created)
		return tus.Status{}, fault.Newf(fault.Transient, fault.Patch, "connection reset")
	}
	return status, err
}

// TestFailedPartLeavesNoOtherPartBehind has a part fail while another one is created.
func TestFailedPartLeavesNoOtherPartBehind(t *testing.T) {
	path := createFile(t, "large.mov", 32<<20)
	synctest.Test(t, func(t *testing.T) {
		server := &slowParts{}
		h := newLaterHarness(t, &server.consistentLater, func(config *engine.Config) {
			config.Connect = func(uploader.Server) (uploader.Protocol, error) { return server, nil }
		})
		defer func() { h.stop() }()
		batch := h.addWithOptions(uploader.BatchOptions{Connections: 2}, path)
		done := h.waitFinal(batch)[0]
		server.mu.Lock()
		defer server.mu.Unlock()
		if server.whenFailed != 4 {
			t.Errorf("%d parts were created when the third one failed", server.whenFailed)
		}
		if done.Phase != uploader.PhaseDone || len(server.created) != 5 {
			t.Errorf("phase %v, %d uploads were created for four parts and the joined one", done.Phase, len(server.created))
		}
	})
}
