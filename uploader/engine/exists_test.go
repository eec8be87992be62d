package engine_test

import (
	"context"
	"net/http"
	"path/filepath"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/tus"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// newUniqueHarness returns a harness with a server on which the names exist already, and
// that overwrites a file when it is asked to.
func newUniqueHarness(t *testing.T, taken ...string) (*harness, *uploadtest.Tusd, *uploadtest.UniqueNames) {
	t.Helper()
	names := &uploadtest.UniqueNames{Deleted: make(chan struct{}, 100)}
	server := uploadtest.NewTusd(t, names.Option(taken...))
	h := newHarness(t, server.Endpoint)
	h.setServerOptions(uploader.ServerOptions{OverwriteHeader: "x-upsert: true"})
	return h, server, names
}

// storedNames returns the names that the server got, sorted.
func storedNames(t *testing.T, server tusdServer) []string {
	t.Helper()
	var names []string
	for _, f := range server.Stored(t) {
		if name := f.Metadata["filename"]; name != "" && f.Size == f.Length {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

func wantNames(t *testing.T, server tusdServer, want ...string) {
	t.Helper()
	if got := storedNames(t, server); !slices.Equal(got, want) {
		t.Errorf("server has %q, want %q", got, want)
	}
}

// TestS2OverwritesAsThisRunUsesTheServer is about a way to overwrite files that is not saved.
func TestS2OverwritesAsThisRunUsesTheServer(t *testing.T) {
	t.Parallel()
	h, server, _ := newUniqueHarness(t, "film.mov")
	h.setServerOptions(uploader.ServerOptions{})
	h.add(createFile(t, "film.mov", 1000))
	asked := h.waitState(uploader.StateNeedsDecision)
	overwrite := uploader.ResolveExists{Target: uploader.TargetTransfers(asked.ID), Policy: uploader.ExistsOverwrite}
	h.do(overwrite)
	h.waitState(uploader.StateNeedsDecision) // it is not known how

	used, _ := h.engine.Snapshot().Server(asked.Server)
	used.Options.OverwriteHeader = "x-upsert: true"
	h.do(uploader.UseServer{Server: used})
	h.do(overwrite)
	h.waitState(uploader.StateDone)
	wantNames(t, server, "film.mov")
	s := h.engine.Snapshot()
	saved, _ := s.Server(asked.Server)
	inUse, _ := s.ServerInUse(asked.Server)
	if saved.Options.CanOverwrite() || !inUse.Options.CanOverwrite() {
		t.Errorf("saved %+v, in use %+v", saved.Options, inUse.Options)
	}
}

func TestS3ExistingNameIsAQuestion(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		size    int
		options uploader.ServerOptions
	}{
		"sent with the creation": {1000, uploader.ServerOptions{}},
		"large file":             {9 << 20, uploader.ServerOptions{}},
		"in parts":               {20 << 20, uploader.ServerOptions{Connections: 2}},
	} {
		for policy, want := range map[uploader.ExistsPolicy][]string{
			uploader.ExistsRename: {"film (2).mov"}, uploader.ExistsOverwrite: {"film.mov"}, uploader.ExistsSkip: nil,
		} {
			t.Run(name+", "+policy.String(), func(t *testing.T) {
				h, server, names := newUniqueHarness(t, "film.mov")
				c.options.OverwriteHeader = "x-upsert: true"
				h.setServerOptions(c.options)
				h.add(createFile(t, "film.mov", c.size))
				asked := h.waitState(uploader.StateNeedsDecision)
				if asked.Fault.Kind != fault.Exists || asked.Fault.Status != http.StatusConflict || asked.NextName() != "film (2).mov" {
					t.Errorf("got %+v", asked.Fault)
				}
				before := names.Refused()
				h.restart() // the question stays, and nothing is sent meanwhile
				h.waitState(uploader.StateNeedsDecision)
				if n := names.Refused(); n != before {
					t.Errorf("%d more requests", n-before)
				}
				h.do(uploader.ResolveExists{Target: uploader.TargetTransfers(asked.ID), Policy: policy})
				if policy == uploader.ExistsSkip {
					if got := h.waitState(uploader.StateCancelled); !got.Skipped() {
						t.Errorf("got %+v", got)
					}
					h.wantEvent(asked.ID, uploader.EventSkipped)
					for range asked.Session.Parts {
						<-names.Deleted
					}
				} else {
					h.waitState(uploader.StateDone)
				}
				wantNames(t, server, want...)
			})
		}
	}
}

func TestS3DecisionForTheBatchHoldsAfterARestart(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		policy uploader.ExistsPolicy
		done   int
		want   []string
	}{
		"rename":    {uploader.ExistsRename, 4, []string{"a (2).txt", "b (4).txt", "c.txt", "d (2).txt"}},
		"overwrite": {uploader.ExistsOverwrite, 4, []string{"a.txt", "b.txt", "c.txt", "d.txt"}},
		"skip":      {uploader.ExistsSkip, 1, []string{"c.txt"}},
	} {
		t.Run(name, func(t *testing.T) {
			h, server, _ := newUniqueHarness(t, "a.txt", "b.txt", "b (2).txt", "b (3).txt", "d.txt")
			folder := filepath.Join(t.TempDir(), "texts")
			createFiles(t, folder, "a.txt", "b.txt", "c.txt", "d.txt")
			batch := h.add(folder)
			h.do(uploader.Pause{Target: uploader.TargetAll()})
			h.do(uploader.ResolveExists{Target: uploader.Target{Batch: batch}, Policy: c.policy})
			h.restart()
			if got := h.waitLoaded().Batches[batch].Options.Exists; got != c.policy {
				t.Errorf("batch has policy %q after a restart", got)
			}
			h.do(uploader.Resume{Target: uploader.TargetAll()})
			h.do(uploader.ResolveExists{Target: uploader.Target{Batch: batch}, Policy: c.policy}) // those that failed before
			h.waitFinal(batch)
			h.waitCount(uploader.StateDone, c.done)
			wantNames(t, server, c.want...)
		})
	}
}

func TestS3PolicyOfABatchIsNotAskedFor(t *testing.T) {
	t.Parallel()
	h, server, _ := newUniqueHarness(t, "film.mov")
	path := createFile(t, "film.mov", 1000)
	h.waitFinal(h.add(path))
	h.waitState(uploader.StateNeedsDecision)
	h.waitFinal(h.addWithOptions(uploader.BatchOptions{Exists: uploader.ExistsRename}, path)) // the same file again
	done := h.waitState(uploader.StateDone)
	if done.Renamed() != "film (2).mov" {
		t.Errorf("renamed to %q", done.Renamed())
	}
	wantNames(t, server, "film (2).mov")
}

func TestS2OverwritingIsNotTriedIfItIsNotKnownHow(t *testing.T) {
	t.Parallel()
	h, server, _ := newUniqueHarness(t, "film.mov")
	h.setServerOptions(uploader.ServerOptions{})
	batch := h.add(createFile(t, "film.mov", 1000))
	h.waitState(uploader.StateNeedsDecision)
	h.do(uploader.ResolveExists{Target: uploader.Target{Batch: batch}, Policy: uploader.ExistsOverwrite})
	h.do(uploader.Retry{Target: uploader.TargetAll()}) // leaves questions open
	if got := h.waitState(uploader.StateNeedsDecision); got.Exists != uploader.ExistsAsk {
		t.Errorf("got %+v", got)
	}
	wantNames(t, server)
}

func TestS2RefusedOverwritingIsAQuestionAgain(t *testing.T) {
	t.Parallel()
	var creations atomic.Int64
	server := uploadtest.NewTusd(t, intercept(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if r.Method == http.MethodPost {
			creations.Add(1)
			w.Header().Set("Tus-Resumable", "1.0.0")
			w.WriteHeader(http.StatusConflict)
			return
		}
		next.ServeHTTP(w, r)
	}))
	h := newHarness(t, server.Endpoint)
	h.setServerOptions(uploader.ServerOptions{OverwriteQuery: "override=true"})
	h.add(createFile(t, "film.mov", 1000))
	asked := h.waitState(uploader.StateNeedsDecision)
	h.do(uploader.ResolveExists{Target: uploader.TargetTransfers(asked.ID), Policy: uploader.ExistsOverwrite})
	h.waitFor("the question about the refusal", func(s *uploader.Snapshot) bool {
		f := s.Transfers.At(0).Fault
		return s.Transfers.At(0).NameExists() && f.Code == fault.CodeOverwriteRefused
	})
	if n := creations.Load(); n != 2 {
		t.Errorf("%d requests, want 2", n)
	}
	h.do(uploader.ResolveExists{Target: uploader.TargetTransfers(asked.ID), Policy: uploader.ExistsRename})
	h.waitFor("all names to be refused", func(s *uploader.Snapshot) bool {
		return s.Transfers.At(0).NameExists() && s.Transfers.At(0).NameNumber == uploader.MaxNameNumber
	})
}

// failingServer is a server whose creations fail with 500.
type failingServer struct {
	fakeServer
	creations atomic.Int64
}

func (s *failingServer) Create(context.Context, tus.CreateRequest) (tus.Upload, error) {
	s.creations.Add(1)
	return tus.Upload{}, &fault.Fault{Kind: fault.Transient, Op: fault.Create, Status: 500, Detail: "disk on fire"}
}

func TestS4SameErrorForMinutesNeedsAttention(t *testing.T) {
	path := createFile(t, "film.mov", 1000)
	synctest.Test(t, func(t *testing.T) {
		server := &failingServer{}
		began := time.Now()
		e, _, stop := startFake(t, server, uploader.DefaultSettings(), path)
		defer stop()
		for range 100 {
			time.Sleep(time.Minute)
			synctest.Wait()
			if s := e.Snapshot(); s.Transfers.Len() == 1 && s.Transfers.At(0).State() == uploader.StateFailed {
				break
			}
		}
		got, n := e.Snapshot().Transfers.At(0), server.creations.Load()
		if got.State() != uploader.StateFailed || got.Fault.Code != fault.CodeRepeatedError || got.Fault.Detail != "disk on fire" {
			t.Errorf("got %v, %v", got.State(), got.Fault)
		}
		if took := time.Since(began); n < 10 || n > 40 || took < 5*time.Minute {
			t.Errorf("%d requests in %v", n, took)
		}
	})
}
