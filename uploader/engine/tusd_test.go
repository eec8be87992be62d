package engine_test

import (
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// These tests run the tusd binary in the configurations that operators use.

func TestTusdMaxSize(t *testing.T) {
	server := uploadtest.NewTusdBinary(t, uploadtest.MaxSize(5<<20))
	h := newHarness(t, server.Endpoint)
	small, fits, large := createFile(t, "a.txt", 100), createFile(t, "b.mov", 5<<20), createFile(t, "c.mov", 5<<20+1)
	for _, transfer := range h.waitFinal(h.add(small, fits, large)) {
		if tooLarge := transfer.Fault != nil && transfer.Fault.Kind == fault.TooLarge; tooLarge != (transfer.Source.Path == large) {
			t.Errorf("%s: %v", transfer.Source.Name(), transfer.Fault)
		}
	}
	wantStored(t, server, small, fits)
}

func TestTusdWithoutConcatenation(t *testing.T) {
	server := uploadtest.NewTusdBinary(t, uploadtest.NoConcatenation())
	h := newHarness(t, server.Endpoint)
	path := createFile(t, "film.mov", 30<<20)
	if transfer := h.waitFinal(h.addWithOptions(uploader.BatchOptions{Connections: 4}, path))[0]; transfer.Session.Parts != 0 {
		t.Errorf("uploaded in %d parts, want 0", transfer.Session.Parts)
	}
	wantStored(t, server, path)
}

func TestTusdWithoutTermination(t *testing.T) {
	server := uploadtest.NewTusdBinary(t, uploadtest.NoTermination())
	proxy := uploadtest.NewProxy(t, server.Endpoint)
	h := newHarness(t, proxy.URL(server.Endpoint))
	proxy.HoldEachAfter(8 << 20)
	h.add(createFile(t, "film.mov", 30<<20))
	h.waitFor("the upload to start", func(s *uploader.Snapshot) bool {
		return len(server.Stored(t)) == 1 && len(s.Progress) == 1 && s.Transfers.At(0).Session.URL != ""
	})
	h.do(uploader.Cancel{Target: uploader.TargetAll()})
	h.waitCancelled()
	if left := len(server.Stored(t)); left != 1 {
		t.Errorf("server has %d uploads, want 1", left)
	}
}

func TestTusdBehindProxy(t *testing.T) {
	server := uploadtest.NewTusdBinary(t, uploadtest.BehindProxy())
	origin, err := url.Parse(server.Endpoint)
	if err != nil {
		t.Fatal(err)
	}
	proxy := httptest.NewServer(&httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(&url.URL{Scheme: origin.Scheme, Host: origin.Host})
		r.SetXForwarded()
	}})
	defer proxy.Close()
	h := newHarness(t, proxy.URL+origin.Path)
	small, large := createFile(t, "note.txt", 100), createFile(t, "film.mov", 20<<20)
	for _, transfer := range h.waitFinal(h.add(small, large)) {
		if !strings.HasPrefix(transfer.Session.URL, proxy.URL) {
			t.Errorf("%s was uploaded to %s, want the proxy", transfer.Source.Name(), transfer.Session.URL)
		}
	}
	wantStored(t, server, small, large)
}

func TestTusdNetworkTimeout(t *testing.T) {
	server := uploadtest.NewTusdBinary(t, uploadtest.NetworkTimeout(200*time.Millisecond))
	proxy := uploadtest.NewProxy(t, server.Endpoint)
	h := newHarness(t, proxy.URL(server.Endpoint))
	path := createFile(t, "film.mov", 30<<20)
	proxy.HoldEachAfter(6 << 20)
	batch := h.add(path)
	h.waitFor("4 MiB sent", func(s *uploader.Snapshot) bool {
		return s.Transfers.Len() == 1 && s.Progress[s.Transfers.At(0).ID].Sent > 4<<20
	})
	h.waitFor("the server to time out", func(s *uploader.Snapshot) bool { return s.Transfers.At(0).Phase == uploader.PhaseWaiting })
	proxy.Restore(t)
	if transfer := h.waitFinal(batch)[0]; transfer.ResumedFrom == 0 {
		t.Error("upload started over")
	}
	wantStored(t, server, path)
}

func TestTusdRejectUpload(t *testing.T) {
	reject := `if grep -q "\"Size\":666[,}]"; then
		echo '{"RejectUpload":true,"HTTPResponse":{"StatusCode":400,"Body":"size not allowed"}}'
	fi`
	server := uploadtest.NewTusdBinary(t, uploadtest.Hook("pre-create", reject))
	h := newHarness(t, server.Endpoint)
	good, bad := createFile(t, "good.txt", 100), createFile(t, "bad.txt", 666)
	for _, transfer := range h.waitFinal(h.add(good, bad)) {
		if transfer.Source.Path == good {
			continue
		}
		if transfer.Fault == nil || transfer.Fault.Kind != fault.Refused || !strings.Contains(transfer.Fault.Detail, "size not allowed") {
			t.Errorf("got fault %v, want fault.Refused with the server's text", transfer.Fault)
		}
	}
	wantStored(t, server, good)
}

func TestTusdPreFinishFailure(t *testing.T) {
	marker := filepath.Join(t.TempDir(), "failed once")
	server := uploadtest.NewTusdBinary(t, uploadtest.Hook("pre-finish", `[ -e "`+marker+`" ] || { touch "`+marker+`"; exit 1; }`))
	h := newHarness(t, server.Endpoint)
	path := createFile(t, "film.mov", 20<<20)
	if transfer := h.waitFinal(h.add(path))[0]; transfer.Phase != uploader.PhaseDone {
		t.Errorf("phase %v: %v", transfer.Phase, transfer.Fault)
	}
	if _, err := os.Stat(marker); err != nil {
		t.Errorf("the hook did not fail: %v", err)
	}
	wantStored(t, server, path)
}

func TestTusdStopUpload(t *testing.T) {
	server := uploadtest.NewTusdBinary(t, uploadtest.Hook("post-receive", `echo '{"StopUpload":true}'`))
	proxy := uploadtest.NewProxy(t, server.Endpoint)
	h := newHarness(t, proxy.URL(server.Endpoint))
	proxy.Throttle(8 << 20) // the hook runs once a second
	transfer := h.waitFinal(h.add(createFile(t, "film.mov", 60<<20)))[0]
	// tusd also removes the upload, and closes the connection before it has read the
	// body, so that the response may be lost.
	refused := fault.Is(transfer.Fault, fault.Refused) && transfer.Fault.Code == "ERR_UPLOAD_STOPPED"
	if !refused && !fault.Is(transfer.Fault, fault.Gone) {
		t.Errorf("got fault %v, want ERR_UPLOAD_STOPPED or fault.Gone", transfer.Fault)
	}
	if left := server.Stored(t); len(left) != 0 {
		t.Errorf("server has %d uploads, want 0", len(left))
	}
}
