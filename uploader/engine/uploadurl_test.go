package engine_test

import (
	"bytes"
	"net/http"
	"os"
	"slices"
	"testing"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// createUpload creates an upload of that size on a server and returns its URL.
func createUpload(t *testing.T, endpoint, size string) string {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, endpoint, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Tus-Resumable", "1.0.0")
	request.Header.Set("Upload-Length", size)
	response, err := http.DefaultClient.Do(request)
	if err != nil || response.StatusCode != http.StatusCreated {
		t.Fatalf("%v, %v", response, err)
	}
	_ = response.Body.Close()
	return response.Header.Get("Location")
}

func TestU1UploadURLAcceptsOneFile(t *testing.T) {
	t.Parallel()
	server := uploadtest.NewTusd(t)
	url := createUpload(t, server.Endpoint, "3000000")
	h := newHarness(t, url)
	h.setServerOptions(uploader.ServerOptions{GivenURL: true, ChunkMax: 1 << 20})
	path, second := createFile(t, "film.mov", 3_000_000), createFile(t, "other.mov", 3_000_000)
	transfers := h.waitFinal(h.add(path, second))
	if transfers[0].Phase != uploader.PhaseDone || transfers[0].Session.URL != url {
		t.Errorf("first file: phase %v, URL %s: %v", transfers[0].Phase, transfers[0].Session.URL, transfers[0].Fault)
	}
	if f := transfers[1].Fault; transfers[1].Phase != uploader.PhaseFailed || f.Code != fault.CodeUploadURLInUse {
		t.Errorf("second file: phase %v: %v", transfers[1].Phase, f)
	}
	wantStored(t, server, path)
	if n := countRequests(server.Requests(), http.MethodPost); n != 1 {
		t.Errorf("%d uploads were created, want only the one of the test", n)
	}
	if third := h.waitFinal(h.add(createFile(t, "third.mov", 10)))[0]; third.Fault == nil || third.Fault.Code != fault.CodeUploadURLInUse {
		t.Errorf("file added later: phase %v: %v", third.Phase, third.Fault)
	}
}

func TestU1UploadURLIsResumedAndNeverTerminated(t *testing.T) {
	t.Parallel()
	server := uploadtest.NewTusd(t)
	url := createUpload(t, server.Endpoint, "6000000")
	proxy := uploadtest.NewProxy(t, server.Endpoint)
	proxy.HoldEachAfter(3 << 20)
	h := newHarness(t, proxy.URL(url))
	h.setServerOptions(uploader.ServerOptions{GivenURL: true})
	path := createFile(t, "film.mov", 6_000_000)
	h.add(path)
	h.waitSent(1 << 20)
	h.restart()
	proxy.Restore(t)
	h.waitState(uploader.StateDone)
	wantStored(t, server, path)
	if received := bodyBytes(server.Requests()); received >= 12_000_000 {
		t.Errorf("server received %d bytes, want less than twice the file", received)
	}

	t.Run("started elsewhere", func(t *testing.T) {
		h.do(uploader.Remove{Target: uploader.TargetAll()})
		h.waitFor("an empty list", func(s *uploader.Snapshot) bool { return s.Transfers.Len() == 0 })
		transfer := h.waitFinal(h.addWithOptions(uploader.BatchOptions{UploadAgain: true}, path))[0]
		if has, size := transfer.Fault.UploadHasData(); !transfer.NotComparable() || has != 6_000_000 || size != 6_000_000 {
			t.Errorf("phase %v: %v", transfer.Phase, transfer.Fault)
		}
		for range 2 { // starting over is not possible: nothing is lost, and the question stays
			h.do(uploader.Retry{Target: uploader.TargetTransfers(transfer.ID)})
			h.waitFor("the same question", func(s *uploader.Snapshot) bool { return s.Transfers.At(0).NotComparable() })
		}
		h.do(uploader.ContinueEarlier{Target: uploader.TargetTransfers(transfer.ID)})
		h.waitState(uploader.StateDone)
		if n := countRequests(server.Requests(), http.MethodDelete); n != 0 {
			t.Errorf("%d DELETE requests, want 0", n)
		}
	})
	t.Run("another size", func(t *testing.T) {
		h := newHarness(t, createUpload(t, server.Endpoint, "5"))
		h.setServerOptions(uploader.ServerOptions{GivenURL: true})
		if transfer := h.waitFinal(h.add(createFile(t, "six.bin", 6)))[0]; transfer.Fault == nil || transfer.Fault.Kind != fault.Mismatch {
			t.Errorf("phase %v: %v", transfer.Phase, transfer.Fault)
		}
	})
}

func TestU1UsedUploadURLIsRemovedAtTheNextStart(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		remove bool
	}{{"of a list", true}, {"added by the user", false}} {
		t.Run(test.name, func(t *testing.T) {
			server := uploadtest.NewTusd(t)
			h := newHarness(t, createUpload(t, server.Endpoint, "10"))
			h.setServerOptions(uploader.ServerOptions{GivenURL: true, RemoveUsed: test.remove})
			restart := func() {
				h.restart()
				h.waitFor("a loaded engine", func(s *uploader.Snapshot) bool { return s.Seq > 0 })
			}
			restart()
			if _, known := h.engine.Snapshot().Server(testServer); !known {
				t.Fatal("the server was removed before it was used")
			}
			h.waitFinal(h.add(createFile(t, "film.mov", 10)))
			restart()
			if _, known := h.engine.Snapshot().Server(testServer); known == test.remove {
				t.Errorf("the server is known: %t", known)
			}
			if transfers := h.engine.Snapshot().Transfers; transfers.Len() != 1 || transfers.At(0).Session.URL == "" {
				t.Errorf("transfers after the restart: %+v", slices.Collect(transfers.Values()))
			}
		})
	}
}

// TestU2UploadURLWithDataContinuesAfterTheQuestion uploads a file to a URL at which another
// program has sent its beginning.
func TestU2UploadURLWithDataContinuesAfterTheQuestion(t *testing.T) {
	t.Parallel()
	server := uploadtest.NewTusd(t)
	url := createUpload(t, server.Endpoint, "3000000")
	path := createFile(t, "film.mov", 3_000_000)
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	patchUpload(t, url, content[:1_000_000])
	h := newHarness(t, url)
	h.setServerOptions(uploader.ServerOptions{GivenURL: true})
	transfer := h.waitFinal(h.add(path))[0]
	if has, size := transfer.Fault.UploadHasData(); !transfer.NotComparable() || has != 1_000_000 || size != 3_000_000 {
		t.Fatalf("phase %v: %v", transfer.Phase, transfer.Fault)
	}
	h.restart()
	if again := h.waitState(uploader.StateFailed); !again.NotComparable() {
		t.Fatalf("after a restart: %v", again.Fault)
	}
	h.do(uploader.ContinueEarlier{Target: uploader.TargetTransfers(transfer.ID)})
	h.waitState(uploader.StateDone)
	wantStored(t, server, path)
	if received := bodyBytes(server.Requests()); received != 3_000_000 {
		t.Errorf("server received %d bytes, want each byte of the file once", received)
	}
}

// patchUpload sends the first bytes of an upload.
func patchUpload(t *testing.T, url string, data []byte) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPatch, url, bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	request.Header = http.Header{"Tus-Resumable": {"1.0.0"}, "Upload-Offset": {"0"}, "Content-Type": {"application/offset+octet-stream"}}
	response, err := http.DefaultClient.Do(request)
	if err != nil || response.StatusCode != http.StatusNoContent {
		t.Fatalf("%v, %v", response, err)
	}
	_ = response.Body.Close()
}
