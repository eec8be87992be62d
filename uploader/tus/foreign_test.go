package tus_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/tus"
)

// TestC20ForeignResponse lets an intermediary respond to every method in place of a
// server that has sent Tus-Resumable before.
func TestC20ForeignResponse(t *testing.T) {
	methods := map[string]func(ctx context.Context, c *tus.Client, url string) error{
		"POST": func(ctx context.Context, c *tus.Client, _ string) error {
			_, err := c.Create(ctx, tus.CreateRequest{Size: 10})
			return err
		},
		"HEAD": func(ctx context.Context, c *tus.Client, url string) error {
			_, err := c.Head(ctx, url)
			return err
		},
		"PATCH": func(ctx context.Context, c *tus.Client, url string) error {
			_, err := c.PatchWith(ctx, tus.PatchRequest{URL: url, Size: 3, Body: strings.NewReader("abc")})
			return err
		},
		"DELETE": func(ctx context.Context, c *tus.Client, url string) error { return c.Terminate(ctx, url) },
	}
	statuses := map[int]fault.Kind{ // of every method
		200: fault.Transient, 201: fault.Transient, 204: fault.Transient,
		400: fault.Transient, 403: fault.Transient, 404: fault.Transient, 405: fault.Transient, 409: fault.Transient, 410: fault.Transient,
		401: fault.Auth, 407: fault.Auth, 413: fault.TooLarge, 408: fault.Transient, 429: fault.Busy,
		500: fault.Transient, 502: fault.Transient, 503: fault.Busy, 504: fault.Transient,
	}
	for method, call := range methods {
		for status, kind := range statuses {
			t.Run(fmt.Sprintf("%s %d", method, status), func(t *testing.T) {
				t.Parallel()
				var foreign atomic.Bool
				server := newFakeServer(t, func(w http.ResponseWriter, r *http.Request) {
					if !foreign.Load() {
						w.Header().Set("Tus-Resumable", "1.0.0")
						w.Header().Set("Upload-Offset", "0")
						w.Header().Set("Upload-Length", "10")
						return
					}
					w.Header().Set("Content-Type", "text/html")
					w.Header().Set("Upload-Offset", "10") // and Location: even these are not believed
					w.Header().Set("Upload-Length", "10")
					w.Header().Set("Location", "/files/other")
					w.WriteHeader(status)
					if r.Method != http.MethodHead && status != http.StatusNoContent {
						_, _ = w.Write([]byte("<html><title>page not found</title>"))
					}
				})
				// A connection of http.DefaultTransport may be one to an earlier server that
				// had the same port.
				transport := server.Client().Transport
				for name, config := range map[string]tus.Config{
					"seen in this run":   {Endpoint: server.URL + "/files/", HTTP: transport},
					"saved from another": {Endpoint: server.URL + "/files/", HTTP: transport, SendsVersion: true},
				} {
					client, err := tus.New(config)
					if err != nil {
						t.Fatal(err)
					}
					if !config.SendsVersion {
						foreign.Store(false)
						if _, err := client.Head(t.Context(), server.URL+"/files/1"); err != nil || !client.SendsVersion() {
							t.Fatalf("%s: %v, sends its version: %v", name, err, client.SendsVersion())
						}
					}
					foreign.Store(true)
					err = call(t.Context(), client, server.URL+"/files/1")
					if !fault.Is(err, kind) {
						t.Errorf("%s: error is %v, want kind %v", name, err, kind)
					}
					if code := fault.Of(err).Code; kind == fault.Transient && status/100 != 5 && status != 408 && code != fault.CodeForeignResponse {
						t.Errorf("%s: code is %q", name, code)
					}
				}
			})
		}
	}
}

func TestC20ForeignProbeDoesNotProveAWrongURL(t *testing.T) {
	for _, status := range []int{http.StatusNotFound, http.StatusGone, http.StatusOK} {
		server := newFakeServer(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) })
		client, err := tus.New(tus.Config{Endpoint: server.URL, HTTP: server.Client().Transport, SendsVersion: true})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := client.Probe(t.Context()); !fault.Is(err, fault.Transient) || fault.Of(err).Code != fault.CodeForeignResponse {
			t.Errorf("status %d: %v", status, err)
		}
	}
}

func TestC20ResponseWithVersionIsTheServers(t *testing.T) {
	server := newFakeServer(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Tus-Resumable", "1.0.0")
		w.WriteHeader(http.StatusNotFound)
	})
	client, err := tus.New(tus.Config{Endpoint: server.URL, HTTP: server.Client().Transport, SendsVersion: true})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.Head(t.Context(), server.URL+"/1"); !fault.Is(err, fault.Gone) {
		t.Errorf("error is %v, want Gone", err)
	}
}

// TestC20CreationWithoutVersion creates an upload on a server that has sent Tus-Resumable
// before, with responses without it. Only an upload with the length of the file shows that
// they are the server's.
func TestC20CreationWithoutVersion(t *testing.T) {
	const size = 10
	page := func(status int, header ...string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			for i := 0; i+1 < len(header); i += 2 {
				w.Header().Set(header[i], header[i+1])
			}
			w.Header().Set("Content-Type", "text/html")
			w.WriteHeader(status)
			if r.Method != http.MethodHead && status != http.StatusNoContent {
				_, _ = w.Write([]byte("<html><title>Welcome to the network</title>"))
			}
		}
	}
	created := page(http.StatusCreated, "Location", "/files/1")
	upload := page(http.StatusOK, "Upload-Offset", "0", "Upload-Length", "10")
	for _, c := range []struct {
		name       string
		post, head http.HandlerFunc
		request    tus.CreateRequest
		works      bool
	}{
		{"upload", created, upload, tus.CreateRequest{Size: size}, true},
		{"upload, 200 and 204", page(http.StatusOK, "Location", "/files/1"), page(http.StatusNoContent, "Upload-Offset", "0", "Upload-Length", "10"), tus.CreateRequest{Size: size}, true},
		{"part", created, upload, tus.CreateRequest{Size: size, Partial: true}, true},
		{"upload sent with the creation", created, page(http.StatusOK, "Upload-Offset", "10", "Upload-Length", "10"), tus.CreateRequest{Size: size, Body: strings.NewReader("0123456789"), BodySize: size}, true},
		{"deferred length", created, page(http.StatusOK, "Upload-Offset", "0", "Upload-Defer-Length", "1"), tus.CreateRequest{Deferred: true}, true},

		{"page with status 200", page(http.StatusOK), page(http.StatusOK), tus.CreateRequest{Size: size}, false},
		{"page with status 201", page(http.StatusCreated), page(http.StatusCreated), tus.CreateRequest{Size: size}, false},
		{"page with a location", created, page(http.StatusOK), tus.CreateRequest{Size: size}, false},
		{"page with a location and an offset", created, page(http.StatusOK, "Upload-Offset", "0"), tus.CreateRequest{Size: size}, false},
		{"deferred length, page with an offset", created, page(http.StatusOK, "Upload-Offset", "0"), tus.CreateRequest{Deferred: true}, false},
		{"upload of another length", created, page(http.StatusOK, "Upload-Offset", "0", "Upload-Length", "11"), tus.CreateRequest{Size: size}, false},
		{"upload with data", created, page(http.StatusOK, "Upload-Offset", "4", "Upload-Length", "10"), tus.CreateRequest{Size: size}, false},
		{"no upload", created, page(http.StatusNotFound, "Upload-Offset", "0", "Upload-Length", "10"), tus.CreateRequest{Size: size}, false},
		{"sign-in page behind a redirect", created, page(http.StatusFound, "Location", "/login", "Upload-Offset", "0", "Upload-Length", "10"), tus.CreateRequest{Size: size}, false},
		{"error page", page(http.StatusNotFound, "Location", "/files/1"), upload, tus.CreateRequest{Size: size}, false},
		{"upload with the version", created, page(http.StatusOK, "Tus-Resumable", "1.0.0", "Upload-Offset", "0", "Upload-Length", "10"), tus.CreateRequest{Size: size}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			server := newFakeServer(t, func(w http.ResponseWriter, r *http.Request) {
				if r.Method == http.MethodHead {
					c.head(w, r)
					return
				}
				c.post(w, r)
			})
			client, err := tus.New(tus.Config{Endpoint: server.URL + "/files/", HTTP: server.Client().Transport, SendsVersion: true})
			if err != nil {
				t.Fatal(err)
			}
			want := fault.Transient
			if c.works {
				want = fault.NotTus
			}
			if _, err := client.Create(t.Context(), c.request); !fault.Is(err, want) {
				t.Errorf("error is %v, want kind %v", err, want)
			}
			if client.SendsVersion() == c.works {
				t.Errorf("the server is expected to send its version: %v", client.SendsVersion())
			}
		})
	}
}
