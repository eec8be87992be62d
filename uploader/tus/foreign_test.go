package tus_test

import (
	"context"
	"fmt"
	"io"
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
					w.Header().Set("Upload-Offset", "10") // and Location: even these are ignored
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

// versionsKnown is what may be known of a server before a response.
var versionsKnown = []versionKnown{{"unknown server", false, false}, {"server that sends its version", true, false}, {"server that omits it", false, true}}

type versionKnown struct {
	name         string
	sends, omits bool
}

// of returns the configuration of a client of the server.
func (v versionKnown) of(server *fakeServer) tus.Config {
	return tus.Config{Endpoint: server.URL + "/files/", HTTP: server.Client().Transport, SendsVersion: v.sends, OmitsVersion: v.omits}
}

// TestC20EveryResponseOnEveryMethod has responses with and without Tus-Resumable to every
// request, by what was known of the server. Those without it contain what the server's would,
// except for the media type of a page.
func TestC20EveryResponseOnEveryMethod(t *testing.T) {
	const (
		ok = noFault
		tr = fault.Transient
		nt = fault.NotTus
	)
	type kinds struct{ probe, create, head, patch, terminate fault.Kind }
	page := []string{"Content-Type: text/html"}
	upload := []string{"Location: /files/1", "Upload-Offset: 5", "Upload-Length: 5"}
	for _, test := range []struct {
		name                        string
		status                      int
		header                      []string
		with, unknown, sends, omits kinds
	}{
		{"200 of an upload", 200, upload, kinds{ok, ok, ok, ok, ok}, kinds{ok, nt, nt, ok, ok}, kinds{ok, tr, tr, tr, tr}, kinds{ok, tr, ok, ok, ok}},
		{"200 without anything", 200, nil, kinds{ok, nt, nt, tr, ok}, kinds{ok, nt, nt, nt, ok}, kinds{ok, tr, tr, tr, tr}, kinds{ok, tr, tr, tr, ok}},
		{"200 with a page", 200, page, kinds{ok, nt, nt, tr, ok}, kinds{ok, nt, nt, nt, ok}, kinds{ok, tr, tr, tr, tr}, kinds{ok, tr, tr, tr, tr}},
		{"201 with a Location only", 201, upload[:1], kinds{ok, ok, nt, tr, ok}, kinds{ok, nt, nt, nt, ok}, kinds{ok, tr, tr, tr, tr}, kinds{ok, tr, tr, tr, ok}},
		{"204", 204, nil, kinds{ok, nt, nt, tr, ok}, kinds{ok, nt, nt, nt, ok}, kinds{ok, tr, tr, tr, tr}, kinds{ok, tr, tr, tr, ok}},
		{
			"302 to a sign-in page", 302,
			[]string{"Location: http://login.example/"},
			kinds{fault.Refused, fault.Refused, fault.Refused, fault.Refused, fault.Refused},
			kinds{ok, fault.Refused, fault.Refused, fault.Refused, fault.Refused},
			kinds{ok, tr, tr, tr, tr},
			kinds{ok, tr, tr, tr, tr},
		},
		{
			"400", 400, nil,
			kinds{ok, fault.Refused, fault.Refused, fault.Refused, fault.Refused},
			kinds{ok, fault.Refused, fault.Refused, fault.Refused, fault.Refused},
			kinds{ok, tr, tr, tr, tr},
			kinds{ok, fault.Refused, fault.Refused, fault.Refused, fault.Refused},
		},
		{
			"401", 401, nil,
			kinds{fault.Auth, fault.Auth, fault.Auth, fault.Auth, fault.Auth},
			kinds{fault.Auth, fault.Auth, fault.Auth, fault.Auth, fault.Auth},
			kinds{fault.Auth, fault.Auth, fault.Auth, fault.Auth, fault.Auth},
			kinds{fault.Auth, fault.Auth, fault.Auth, fault.Auth, fault.Auth},
		},
		{
			"404", 404, nil,
			kinds{ok, fault.Refused, fault.Gone, fault.Gone, fault.Gone},
			kinds{ok, nt, fault.Gone, fault.Gone, fault.Gone},
			kinds{ok, tr, tr, tr, tr},
			kinds{ok, tr, fault.Gone, fault.Gone, fault.Gone},
		},
		{
			"405", 405, nil,
			kinds{ok, fault.Refused, fault.Refused, fault.Refused, fault.Refused},
			kinds{ok, nt, fault.Refused, fault.Refused, fault.Refused},
			kinds{ok, tr, tr, tr, tr},
			kinds{ok, tr, fault.Refused, fault.Refused, fault.Refused},
		},
		{
			"410", 410, nil,
			kinds{ok, fault.Refused, fault.Gone, fault.Gone, fault.Gone},
			kinds{ok, nt, fault.Gone, fault.Gone, fault.Gone},
			kinds{ok, tr, tr, tr, tr},
			kinds{ok, tr, fault.Gone, fault.Gone, fault.Gone},
		},
		{
			"413", 413, nil,
			kinds{ok, fault.TooLarge, fault.TooLarge, fault.TooLarge, fault.TooLarge},
			kinds{ok, fault.TooLarge, fault.TooLarge, fault.TooLarge, fault.TooLarge},
			kinds{ok, fault.TooLarge, fault.TooLarge, fault.TooLarge, fault.TooLarge},
			kinds{ok, fault.TooLarge, fault.TooLarge, fault.TooLarge, fault.TooLarge},
		},
		{"500", 500, nil, kinds{ok, tr, tr, tr, tr}, kinds{ok, tr, tr, tr, tr}, kinds{ok, tr, tr, tr, tr}, kinds{ok, tr, tr, tr, tr}},
		{
			"501", 501, nil,
			kinds{ok, fault.Refused, fault.Refused, fault.Refused, fault.Refused},
			kinds{ok, nt, fault.Refused, fault.Refused, fault.Refused},
			kinds{ok, tr, tr, tr, tr},
			kinds{ok, tr, fault.Refused, fault.Refused, fault.Refused},
		},
		{"502", 502, nil, kinds{tr, tr, tr, tr, tr}, kinds{tr, tr, tr, tr, tr}, kinds{tr, tr, tr, tr, tr}, kinds{tr, tr, tr, tr, tr}},
		{
			"503", 503, nil,
			kinds{fault.Busy, fault.Busy, fault.Busy, fault.Busy, fault.Busy},
			kinds{fault.Busy, fault.Busy, fault.Busy, fault.Busy, fault.Busy},
			kinds{fault.Busy, fault.Busy, fault.Busy, fault.Busy, fault.Busy},
			kinds{fault.Busy, fault.Busy, fault.Busy, fault.Busy, fault.Busy},
		},
	} {
		check := func(name string, v versionKnown, handler http.HandlerFunc, want kinds) {
			t.Run(test.name+", "+name, func(t *testing.T) {
				for op, kind := range map[fault.Op]fault.Kind{
					fault.Probe: want.probe, fault.Create: want.create, fault.Head: want.head, fault.Patch: want.patch, fault.Terminate: want.terminate,
				} {
					config := tus.Config{Endpoint: "http://server.example/files/", HTTP: handlerTransport{handler}, SendsVersion: v.sends, OmitsVersion: v.omits}
					err := calls[op](t, newClient(t, config), "http://server.example/files/1")
					if kind == ok && err != nil || kind != ok && !fault.Is(err, kind) {
						t.Errorf("%s: %v, want %v", op, err, kind)
					}
				}
			})
		}
		for _, v := range versionsKnown {
			check("with the version, "+v.name, v, respond(test.status, test.header...), test.with)
		}
		for i, want := range []kinds{test.unknown, test.sends, test.omits} {
			check(versionsKnown[i].name, versionsKnown[i], respondPlain(test.status, test.header...), want)
		}
	}
}

// TestC20CreationWithoutVersion creates an upload with responses without Tus-Resumable. Only
// an upload with the length of the file shows that they are the server's, whatever was
// known of it before.
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
		sends      bool // a response has the version
	}{
		{"upload", created, upload, tus.CreateRequest{Size: size}, true, false},
		{"upload, 200 and 204", page(http.StatusOK, "Location", "/files/1"), page(http.StatusNoContent, "Upload-Offset", "0", "Upload-Length", "10"), tus.CreateRequest{Size: size}, true, false},
		{"part", created, upload, tus.CreateRequest{Size: size, Partial: true}, true, false},
		{"upload sent with the creation", created, page(http.StatusOK, "Upload-Offset", "10", "Upload-Length", "10"), tus.CreateRequest{Size: size, Body: strings.NewReader("0123456789"), BodySize: size}, true, false},
		{"deferred length", created, page(http.StatusOK, "Upload-Offset", "0", "Upload-Defer-Length", "1"), tus.CreateRequest{Deferred: true}, true, false},

		{"page with status 200", page(http.StatusOK), page(http.StatusOK), tus.CreateRequest{Size: size}, false, false},
		{"page with status 201", page(http.StatusCreated), page(http.StatusCreated), tus.CreateRequest{Size: size}, false, false},
		{"page with a location", created, page(http.StatusOK), tus.CreateRequest{Size: size}, false, false},
		{"page with a location and an offset", created, page(http.StatusOK, "Upload-Offset", "0"), tus.CreateRequest{Size: size}, false, false},
		{"deferred length, page with an offset", created, page(http.StatusOK, "Upload-Offset", "0"), tus.CreateRequest{Deferred: true}, false, false},
		{"upload of another length", created, page(http.StatusOK, "Upload-Offset", "0", "Upload-Length", "11"), tus.CreateRequest{Size: size}, false, false},
		{"upload with data", created, page(http.StatusOK, "Upload-Offset", "4", "Upload-Length", "10"), tus.CreateRequest{Size: size}, false, false},
		{"no upload", created, page(http.StatusNotFound, "Upload-Offset", "0", "Upload-Length", "10"), tus.CreateRequest{Size: size}, false, false},
		{"sign-in page behind a redirect", created, page(http.StatusFound, "Location", "/login", "Upload-Offset", "0", "Upload-Length", "10"), tus.CreateRequest{Size: size}, false, false},
		{"error page", page(http.StatusNotFound, "Location", "/files/1"), upload, tus.CreateRequest{Size: size}, false, false},
		{"upload with the version", created, page(http.StatusOK, "Tus-Resumable", "1.0.0", "Upload-Offset", "0", "Upload-Length", "10"), tus.CreateRequest{Size: size}, false, true},
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
			for _, before := range versionsKnown {
				client, err := tus.New(before.of(server))
				if err != nil {
					t.Fatal(err)
				}
				if body, ok := c.request.Body.(io.Seeker); ok {
					_, _ = body.Seek(0, io.SeekStart)
				}
				upload, err := client.Create(t.Context(), c.request)
				sends, omits := client.Version()
				if c.works {
					if err != nil || upload.URL != server.URL+"/files/1" || sends || !omits {
						t.Errorf("%s: created %+v, %v; sends its version: %t, omits it: %t", before.name, upload, err, sends, omits)
					}
					continue
				}
				want := fault.NotTus
				if before.sends || before.omits || c.sends {
					want = fault.Transient
				}
				if !fault.Is(err, want) {
					t.Errorf("%s: error is %v, want kind %v", before.name, err, want)
				}
				if sends != (before.sends || c.sends) || omits != (before.omits && !c.sends) {
					t.Errorf("%s: sends its version: %t, omits it: %t", before.name, sends, omits)
				}
			}
		})
	}
}
