package engine_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/source"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

func TestPauseKeepsUpload(t *testing.T) {
	t.Parallel()
	h, server, proxy, path := startSlowUpload(t)
	h.do(uploader.Pause{Target: uploader.TargetAll()})
	paused := h.waitState(uploader.StatePaused)
	if paused.Session.Offset == 0 {
		t.Error("offset is 0 after the pause")
	}

	h.restart()
	h.waitState(uploader.StatePaused)

	proxy.Restore(t)
	h.do(uploader.Resume{Target: uploader.TargetAll()})
	done := h.waitState(uploader.StateDone)
	if done.ResumedFrom < paused.Session.Offset {
		t.Errorf("resumed at %d, server had %d", done.ResumedFrom, paused.Session.Offset)
	}
	wantStored(t, server, path)
	if sent := bodyBytes(server.Requests()); sent != done.Source.Size {
		t.Errorf("server received %d bytes, file has %d", sent, done.Source.Size)
	}
}

func TestCancelTerminatesUpload(t *testing.T) {
	t.Parallel()
	h, server, proxy, path := startSlowUpload(t)
	h.do(uploader.Cancel{Target: uploader.TargetAll()})
	h.waitState(uploader.StateCancelled)
	h.waitCancelled()
	if left := server.Stored(t); len(left) != 0 {
		t.Errorf("server has %d uploads, want 0", len(left))
	}

	proxy.Restore(t)
	h.do(uploader.Retry{Target: uploader.TargetAll()})
	h.waitState(uploader.StateDone)
	wantStored(t, server, path)
}

func TestRemoveTerminatesUnfinishedUpload(t *testing.T) {
	t.Parallel()
	h, server, _, _ := startSlowUpload(t)
	h.do(uploader.Remove{Target: uploader.Target{All: true, Final: true}})
	h.onlyTransfer()
	h.do(uploader.Remove{Target: uploader.TargetAll()})
	h.waitFor("an empty list", func(s *uploader.Snapshot) bool { return s.Transfers.Len() == 0 })
	if left := server.Stored(t); len(left) != 0 {
		t.Errorf("server has %d uploads, want 0", len(left))
	}
	h.restart()
	h.waitFor("an empty list after a restart", func(s *uploader.Snapshot) bool { return len(s.Servers) > 0 && s.Transfers.Len() == 0 })
}

func TestRemovedTransferStaysRemovedAfterRestart(t *testing.T) {
	h, _, proxy, _ := startSlowUpload(t)
	proxy.Blackhole()
	h.do(uploader.Remove{Target: uploader.TargetAll()})
	h.stop()
	proxy.Refuse()
	h.start()
	h.waitFor("an empty list", func(s *uploader.Snapshot) bool { return s.Seq > 0 && s.Transfers.Len() == 0 })
}

// TestRemovalCompletesAfterCrash starts with transfers that were removed when the
// program was killed but whose workers had not stopped.
func TestRemovalCompletesAfterCrash(t *testing.T) {
	t.Parallel()
	server := uploadtest.NewTusd(t)
	h := newHarness(t, server.Endpoint)
	h.stop()
	kept := createFile(t, "kept.bin", 100)
	changes := uploader.Changes{Batches: []uploader.Batch{{ID: 1, Server: testServer, Scanned: true}}}
	for id, intent := range []uploader.Intent{uploader.IntentRemove, uploader.IntentRemove, uploader.IntentRun} {
		changes.Transfers = append(changes.Transfers, &uploader.Transfer{
			ID: uploader.TransferID(id + 1), Batch: 1, Server: testServer, Source: source.File{Path: kept, Size: 100}, Intent: intent,
		})
	}
	if err := h.store.Save(t.Context(), changes); err != nil {
		t.Fatal(err)
	}
	h.start()
	h.waitFor("1 done transfer", func(s *uploader.Snapshot) bool {
		return s.Transfers.Len() == 1 && s.Transfers.At(0).Phase == uploader.PhaseDone
	})
	wantStored(t, server, kept)
}

// TestTerminationRetriedAfterOutage cancels or removes an upload while its server is
// unreachable. The command does not wait for the server; the upload is terminated
// later.
func TestTerminationRetriedAfterOutage(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		command uploader.Command
		removed func(*uploader.Snapshot) bool
	}{
		{"cancelled", uploader.Cancel{Target: uploader.TargetAll()}, func(s *uploader.Snapshot) bool { return s.Totals.Count[uploader.StateCancelled] == 1 }},
		{"removed", uploader.Remove{Target: uploader.TargetAll()}, func(s *uploader.Snapshot) bool { return s.Transfers.Len() == 0 }},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			deleted := make(chan struct{}, 10)
			server := uploadtest.NewTusd(t, intercept(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
				next.ServeHTTP(w, r)
				if r.Method == http.MethodDelete {
					deleted <- struct{}{}
				}
			}))
			proxy := uploadtest.NewProxy(t, server.Endpoint)
			h := newHarness(t, proxy.URL(server.Endpoint))
			proxy.HoldEachAfter(4 << 20)
			h.add(createFile(t, "film.mov", 8<<20))
			h.waitFor("1 MiB sent", func(s *uploader.Snapshot) bool {
				return s.Transfers.Len() == 1 && s.Transfers.At(0).Session.URL != "" && s.Sent(s.Transfers.At(0)) > 1<<20
			})
			proxy.Refuse()
			h.do(c.command)
			h.waitFor("the command to take effect", c.removed)
			proxy.Restore(t)
			select {
			case <-deleted:
			case <-time.After(5 * time.Minute):
				t.Fatal("no DELETE request within 5 minutes")
			}
			if left := server.Stored(t); len(left) > 0 {
				t.Errorf("server has %+v, want no uploads", left)
			}
		})
	}
}
