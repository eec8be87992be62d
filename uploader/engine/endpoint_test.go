package engine_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

func TestRunningUploadFollowsEndpointChange(t *testing.T) {
	t.Parallel()
	h, server, proxy, path := startSlowUpload(t)
	proxy.Reset()
	h.do(uploader.SaveServer{Server: uploader.Server{ID: testServer, Name: "studio", Endpoint: server.Endpoint}})
	if done := h.waitState(uploader.StateDone); done.ResumedFrom == 0 {
		t.Error("upload started over")
	}
	wantStored(t, server, path)
}

// TestEndpointChangeDuringPartUpload changes the endpoint while parts are being
// uploaded: the session then refers to the new endpoint.
func TestEndpointChangeDuringPartUpload(t *testing.T) {
	server := uploadtest.NewTusd(t)
	first, second := uploadtest.NewProxy(t, server.Endpoint), uploadtest.NewProxy(t, server.Endpoint)
	first.HoldEachAfter(6 << 20)
	h := newHarness(t, first.URL(server.Endpoint))
	h.setServerOptions(uploader.ServerOptions{Connections: 3, ChunkMax: 1 << 20})
	path := createFile(t, "film.mov", 60<<20)
	h.add(path)
	h.waitFor("8 MiB sent in parts", func(s *uploader.Snapshot) bool {
		return s.Transfers.Len() == 1 && s.Transfers.At(0).Session.Parts > 0 && s.Sent(s.Transfers.At(0)) > 8<<20
	})
	h.changeEndpoint(second.URL(server.Endpoint))
	first.Refuse()
	done := h.waitState(uploader.StateDone)
	if u, err := url.Parse(done.Session.URL); err != nil || u.Host != second.Addr() {
		t.Errorf("upload URL is %s, want the new endpoint", done.Session.URL)
	}
	if received := bodyBytes(server.Requests()); received > 63<<20 {
		t.Errorf("server received %d bytes, file has %d", received, 60<<20)
	}
	wantStoredOnce(t, server, path)
}

func TestEndpointChangeKeepsPausedUpload(t *testing.T) {
	h, server, proxy, path := startSlowUpload(t)
	h.do(uploader.Pause{Target: uploader.TargetAll()})
	h.waitFor("no running transfer", func(s *uploader.Snapshot) bool { return s.Totals.Active == 0 })
	second := uploadtest.NewProxy(t, server.Endpoint)
	h.changeEndpoint(second.URL(server.Endpoint))
	proxy.Refuse()
	h.add(path) // continues the upload
	h.waitState(uploader.StateDone)
	if n := countRequests(server.Requests(), http.MethodPost); n != 1 {
		t.Errorf("%d uploads were created, want 1", n)
	}
	wantStored(t, server, path)
}

func TestSaveRemovedServerFails(t *testing.T) {
	t.Parallel()
	h := newHarness(t, "https://uploads.example.com/files/")
	server, known := h.engine.Snapshot().Server(testServer)
	if !known {
		t.Fatal("server not found")
	}
	h.do(uploader.RemoveServer{ID: testServer})
	if err := h.engine.Do(t.Context(), uploader.SaveServer{Server: server}); !fault.Is(err, fault.Refused) {
		t.Errorf("saving a removed server: got %v, want fault.Refused", err)
	}
	server.ID = 0
	h.do(uploader.SaveServer{Server: server})
	if added := h.engine.Snapshot().Servers[1]; added.ID <= testServer || added.Name != server.Name {
		t.Errorf("added as a new server: got %+v", added)
	}
}
