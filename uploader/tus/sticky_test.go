package tus_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/tus"
)

func TestJ6AnotherNodeIsDoubtedThreeTimes(t *testing.T) {
	const cookie = "NODE=%d; Path=/"
	node := 0
	server := newFakeServer(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Tus-Resumable", "1.0.0")
		w.Header().Set("Set-Cookie", fmt.Sprintf(cookie, node))
		if r.Method == http.MethodPost {
			w.Header().Set("Location", "/files/1")
			w.WriteHeader(http.StatusCreated)
			return
		}
		node++
		w.WriteHeader(http.StatusNotFound)
	})
	client := newClient(t, tus.Config{Endpoint: server.URL})
	upload, err := client.Create(t.Context(), tus.CreateRequest{Size: 1})
	if err != nil {
		t.Fatal(err)
	}
	for i := range 4 {
		_, err := client.Head(t.Context(), upload.URL)
		want, code := fault.Transient, fault.CodeOtherNode
		if i == 0 { // the cookie is the same
			want, code = fault.Gone, ""
		}
		if f := wantKind(t, err, want); f.Code != code {
			t.Errorf("HEAD %d: code %q", i+1, f.Code)
		}
		if got := server.lastRequest(t).Header.Get("Cookie"); got != "NODE=0" {
			t.Errorf("HEAD %d has the cookie %q, want that of the upload", i+1, got)
		}
	}
	_, err = client.Head(t.Context(), upload.URL)
	wantKind(t, err, fault.Gone)
}

// TestJ3FirstCreationIsAlone creates uploads at the same time. Each request without a
// cookie would get another one.
func TestJ3FirstCreationIsAlone(t *testing.T) {
	var without atomic.Int64
	server := newFakeServer(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Cookie") == "" {
			w.Header().Set("Set-Cookie", fmt.Sprintf("NODE=%d; Path=/", without.Add(1)))
		}
		respond(http.StatusCreated, "Location: /files/1")(w, r)
	})
	client := newClient(t, tus.Config{Endpoint: server.URL})
	var requests sync.WaitGroup
	for range 8 {
		requests.Go(func() {
			if _, err := client.Create(t.Context(), tus.CreateRequest{Size: 1}); err != nil {
				t.Error(err)
			}
		})
	}
	requests.Wait()
	if n := without.Load(); n != 1 {
		t.Errorf("%d requests had no cookie, want 1", n)
	}
}

func TestJ1CookiesOfIntermediariesAreNotKept(t *testing.T) {
	tusResponse := true
	server := newFakeServer(t, func(w http.ResponseWriter, r *http.Request) {
		if tusResponse {
			respond(http.StatusOK, "Upload-Offset: 0")(w, r)
			return
		}
		w.Header().Set("Set-Cookie", "portal=1; Path=/")
		w.WriteHeader(http.StatusOK)
	})
	client := newClient(t, tus.Config{Endpoint: server.URL})
	for _, tusResponse = range []bool{true, false, true} {
		_, _ = client.Head(t.Context(), server.URL+"/1")
	}
	if got := server.lastRequest(t).Header.Get("Cookie"); got != "" {
		t.Errorf("sent %q", got)
	}
}

func TestJ1ConfiguredCookiesTakePrecedence(t *testing.T) {
	server := newFakeServer(t, respond(http.StatusOK, "Upload-Offset: 0", "Set-Cookie: session=server; Path=/", "Set-Cookie: node=1; Path=/"))
	client := newClient(t, tus.Config{Endpoint: server.URL, Header: http.Header{"Cookie": {"session=mine"}}})
	for range 2 {
		_, _ = client.Head(t.Context(), server.URL+"/1")
	}
	if got := server.lastRequest(t).Header.Get("Cookie"); got != "session=mine; node=1" {
		t.Errorf("sent %q", got)
	}
}

func TestJ8CookiesAreRemovedFromMessages(t *testing.T) {
	server := newFakeServer(t, func(w http.ResponseWriter, r *http.Request) {
		respondBody(http.StatusForbidden, "no access with "+r.Header.Get("Cookie"), "Set-Cookie: session=s3cr3t-value; Path=/")(w, r)
	})
	client := newClient(t, tus.Config{Endpoint: server.URL})
	for range 2 {
		_, err := client.Create(t.Context(), tus.CreateRequest{Size: 1})
		if f := fault.Of(err); f == nil || strings.Contains(f.Error()+f.ServerMessage, "s3cr3t") {
			t.Errorf("got %+v", f)
		}
	}
	if !strings.Contains(server.lastRequest(t).Header.Get("Cookie"), "s3cr3t-value") {
		t.Error("the cookie was not sent")
	}
}
