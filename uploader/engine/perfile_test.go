package engine_test

import (
	"context"
	"net/http"
	"path/filepath"
	"strconv"
	"sync"
	"testing"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/engine"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/tus"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// signatures is a service that issues a signature for each file, which is valid for one
// request with a body.
type signatures struct {
	mu     sync.Mutex
	issued map[string]string // from signature to the name of the file
	used   map[string]bool
	count  map[string]int // by the name of the file
}

func newSignatures() *signatures {
	return &signatures{issued: map[string]string{}, used: map[string]bool{}, count: map[string]int{}}
}

// issue is a uploader.PerFileFunc.
func (s *signatures) issue(_ context.Context, path string) (uploader.PerFile, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	name := filepath.Base(path)
	if name == "failing.mov" {
		f := fault.Newf(fault.Refused, fault.Create, "program failed")
		f.Code = fault.CodePerFileFailed
		return uploader.PerFile{}, f
	}
	s.count[name]++
	signature := "signature-" + strconv.Itoa(s.count[name]) + "-of-" + name
	s.issued[signature] = name
	return uploader.PerFile{
		Header: http.Header{"Signature": {signature}}, Metadata: []tus.Pair{{Key: "video", Value: "id of " + name}, {Key: "filetype", Value: "video/quicktime"}},
	}, nil
}

// option makes a server respond with 401 to requests without a valid signature.
func (s *signatures) option() uploadtest.Option {
	return intercept(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		s.mu.Lock()
		signature := r.Header.Get("Signature")
		name, valid := s.issued[signature]
		valid = valid && name != "unknown.mov" && !(s.used[signature] && r.Method == http.MethodPatch)
		if r.Method == http.MethodPatch {
			s.used[signature] = true
		}
		s.mu.Unlock()
		if !valid && r.Method != http.MethodOptions {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// TestPerFile uploads files that each need a signature. Those that expire are replaced, and a
// file without one concerns no other.
func TestPerFile(t *testing.T) {
	t.Parallel()
	service := newSignatures()
	server := uploadtest.NewTusd(t, service.option())
	h := newHarness(t, server.Endpoint)
	h.stop()
	h.configure = func(c *engine.Config) {
		c.PerFile = func(s uploader.Server) uploader.PerFileFunc {
			if s.ID != testServer {
				return nil
			}
			return service.issue
		}
	}
	h.start()
	paths := []string{createFile(t, "a.mov", 3<<20), createFile(t, "b.mov", 3<<20)}
	options := uploader.BatchOptions{ChunkMax: 1 << 20} // three requests a file, of which a signature allows one
	h.addWithOptions(options, append(paths, createFile(t, "unknown.mov", 1<<20), createFile(t, "failing.mov", 1<<20))...)
	h.retryUntil("two files done and two failed", func(s *uploader.Snapshot) bool {
		return s.Totals.Count[uploader.StateDone] == 2 && s.Totals.Count[uploader.StateFailed] == 2
	})
	wantStored(t, server, paths...)
	s := h.engine.Snapshot()
	if blocked := s.Blocked[testServer]; blocked != nil {
		t.Errorf("server is blocked by %v", blocked)
	}
	codes := map[string]string{"unknown.mov": fault.CodePerFileRejected, "failing.mov": fault.CodePerFileFailed}
	for transfer := range s.Transfers.Values() {
		want := codes[transfer.Source.Name()]
		if f := transfer.Fault; want != "" && (f == nil || f.Code != want) {
			t.Errorf("%s: fault %v, want code %s", transfer.Source.Name(), f, want)
		}
	}
	for _, stored := range server.Stored(t) {
		name := stored.Metadata["filename"]
		if got := stored.Metadata["video"]; got != "id of "+name || stored.Metadata["filetype"] != "video/quicktime" {
			t.Errorf("%s: metadata %v", name, stored.Metadata)
		}
	}
	if n := service.count["a.mov"]; n != 3 {
		t.Errorf("%d signatures for three requests", n)
	}
}

// TestPerFileURL uploads files whose uploads a service creates.
func TestPerFileURL(t *testing.T) {
	t.Parallel()
	server := uploadtest.NewTusd(t)
	h := newHarness(t, server.Endpoint)
	h.stop()
	h.configure = func(c *engine.Config) {
		c.PerFile = func(uploader.Server) uploader.PerFileFunc {
			return func(ctx context.Context, path string) (uploader.PerFile, error) {
				client, err := tus.New(tus.Config{Endpoint: server.Endpoint})
				if err != nil {
					return uploader.PerFile{}, err
				}
				upload, err := client.Create(ctx, tus.CreateRequest{Size: 2 << 20, Metadata: []tus.Pair{{Key: "filename", Value: filepath.Base(path)}}})
				return uploader.PerFile{URL: upload.URL}, err
			}
		}
	}
	h.start()
	paths := []string{createFile(t, "a.mov", 2<<20), createFile(t, "b.mov", 2<<20)}
	h.waitFinal(h.add(paths...))
	wantStored(t, server, paths...)
	if n := len(server.Stored(t)); n != 2 {
		t.Errorf("server has %d uploads of two files", n)
	}
}
