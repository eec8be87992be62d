package tus_test

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/tus"
)

// web is an http.RoundTripper with a handler for each scheme and host, which records the
// requests to each.
type web struct {
	handlers map[string]http.HandlerFunc

	mu       sync.Mutex
	requests map[string][]string // "METHOD /path" by scheme and host
}

func (w *web) RoundTrip(r *http.Request) (*http.Response, error) {
	origin := r.URL.Scheme + "://" + r.URL.Host
	w.mu.Lock()
	if w.requests == nil {
		w.requests = map[string][]string{}
	}
	w.requests[origin] = append(w.requests[origin], r.Method+" "+r.URL.Path)
	w.mu.Unlock()
	handler := w.handlers[origin]
	if handler == nil {
		handler = respond(http.StatusNoContent, "Upload-Offset: 5", "Location: /files/1")
	}
	return handlerTransport{handler}.RoundTrip(r)
}

func (w *web) received(origin string) []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.requests[origin]
}

// wantHostFault checks the fault of a request that was refused for a host.
func wantHostFault(t *testing.T, err error, code, host string) {
	t.Helper()
	if f := wantKind(t, err, fault.Refused); f.Code != code || f.Detail != host || !f.ConcernsHost() {
		t.Errorf("got code %q, detail %q, want %q, %q", f.Code, f.Detail, code, host)
	}
}

var redirects = []int{301, 302, 303, 307, 308}

// keepsMethod reports whether a redirect with this status is followed for op.
func keepsMethod(op fault.Op, status int) bool {
	return status >= 307 || op == fault.Head || op == fault.Probe
}

func TestH1OtherHostsReceiveNoRequest(t *testing.T) {
	for _, other := range []string{"https://other.example", "https://server.example:8443", "https://a.server.example"} {
		host := strings.TrimPrefix(other, "https://")
		for _, status := range redirects {
			for op := range calls {
				t.Run(fmt.Sprintf("%d on %s to %s", status, op, host), func(t *testing.T) {
					w := &web{handlers: map[string]http.HandlerFunc{"https://server.example": respond(status, "Location: "+other+"/files/1")}}
					client := newClient(t, tus.Config{Endpoint: "https://server.example/files/", HTTP: w})
					err := calls[op](t, client, "https://server.example/files/1")
					switch {
					case op == fault.Terminate, !keepsMethod(op, status):
						wantKind(t, err, fault.Refused)
					default:
						wantHostFault(t, err, fault.CodeHostNotAllowed, host)
					}
					if got := w.received(other); len(got) != 0 {
						t.Errorf("%s received %q", host, got)
					}
				})
			}
		}
		for op := range calls {
			if op == fault.Create || op == fault.Probe {
				continue
			}
			for _, override := range []bool{false, true} {
				w := &web{}
				client := newClient(t, tus.Config{Endpoint: "https://server.example/files/", HTTP: w, MethodOverride: override})
				wantHostFault(t, calls[op](t, client, other+"/files/1"), fault.CodeHostNotAllowed, host) // a saved upload URL
				if len(w.requests) != 0 {
					t.Errorf("%s of an upload URL on %s: sent %v", op, host, w.requests)
				}
				allowed := newClient(t, tus.Config{Endpoint: "https://server.example/files/", HTTP: w, MethodOverride: override, AllowedHosts: "x.example " + host})
				if err := calls[op](t, allowed, other+"/files/1"); err != nil || len(w.received(other)) != 1 {
					t.Errorf("%s of an upload URL on %s that is allowed: %v", op, host, err)
				}
			}
		}
	}
}

// TestH1UploadOnOtherHostIsKnown checks that the URL of an upload on a host that the user
// may still allow is returned: it is saved, and not created again afterwards.
func TestH1UploadOnOtherHostIsKnown(t *testing.T) {
	w := &web{handlers: map[string]http.HandlerFunc{"https://server.example": respond(http.StatusCreated, "Location: https://other.example/u")}}
	client := newClient(t, tus.Config{Endpoint: "https://server.example/files/", HTTP: w})
	upload, err := client.Create(t.Context(), tus.CreateRequest{Size: 5})
	if err != nil || upload.URL != "https://other.example/u" {
		t.Fatalf("created %+v, %v", upload, err)
	}
	for op := range calls {
		if op != fault.Create && op != fault.Probe {
			wantHostFault(t, calls[op](t, client, upload.URL), fault.CodeHostNotAllowed, "other.example")
		}
	}
	if got := w.received("https://other.example"); len(got) != 0 {
		t.Errorf("sent %q", got)
	}
}

// TestH1VersionCheckStaysOnAllowedHosts covers the request that finds out whether a
// server has created an upload without Tus-Resumable.
func TestH1VersionCheckStaysOnAllowedHosts(t *testing.T) {
	w := &web{handlers: map[string]http.HandlerFunc{"http://server.example": respondPlain(http.StatusCreated, "Location: http://127.0.0.1:631/admin")}}
	client := newClient(t, tus.Config{Endpoint: "http://server.example/files/", HTTP: w, SendsVersion: true})
	if _, err := client.Create(t.Context(), tus.CreateRequest{Size: 5}); err == nil {
		t.Error("created")
	}
	if got := w.received("http://127.0.0.1:631"); len(got) != 0 {
		t.Errorf("sent %q", got)
	}
}

func TestH1ConcatNamesNoOtherHosts(t *testing.T) {
	for part, code := range map[string]string{
		"https://other.example/1": fault.CodeHostNotAllowed, "https://127.0.0.1/1": fault.CodeHostLocal, "http://server.example/1": fault.CodeUnencrypted,
	} {
		w := &web{}
		client := newClient(t, tus.Config{Endpoint: "https://server.example/files/", HTTP: w})
		_, err := client.Concat(t.Context(), tus.ConcatRequest{Parts: []string{"/files/1", part}})
		u, _ := url.Parse(part)
		wantHostFault(t, err, code, u.Host)
		if len(w.requests) != 0 {
			t.Errorf("%s: sent %v", part, w.requests)
		}
	}
}

func TestH1HeadersThatNameURLsAreIgnored(t *testing.T) {
	w := &web{handlers: map[string]http.HandlerFunc{"https://server.example": respond(http.StatusOK, "Upload-Offset: 5", "Location: https://other.example/u",
		"Refresh: 0; url=https://other.example/u", "Link: <https://other.example/u>; rel=preload", "Content-Location: https://other.example/u",
		`Alt-Svc: h2="other.example:443"`, "Set-Cookie: a=b; Domain=example")}}
	client := newClient(t, tus.Config{Endpoint: "https://server.example/files/", HTTP: w, Header: http.Header{"Authorization": {"Bearer x"}}})
	for _, op := range []fault.Op{fault.Probe, fault.Head, fault.Patch, fault.Terminate} {
		if err := calls[op](t, client, "https://server.example/files/1"); op != fault.Probe && err != nil {
			t.Errorf("%s: %v", op, err)
		}
	}
	if len(w.requests) != 1 {
		t.Errorf("sent %v", w.requests)
	}
}

// TestH1AllowedHostsReceiveNothingOfTheServers checks what a request to an allowed host
// contains.
func TestH1AllowedHostsReceiveNothingOfTheServers(t *testing.T) {
	for _, status := range []int{307, 308} {
		var got http.Header
		w := &web{handlers: map[string]http.HandlerFunc{
			"https://server.example": respond(status, "Location: https://other.example/u?signature=1", "Set-Cookie: session=1; Domain=example"),
			"https://other.example": func(w http.ResponseWriter, r *http.Request) {
				got = r.Header.Clone()
				respond(http.StatusNoContent, "Upload-Offset: 5")(w, r)
			},
		}}
		client := newClient(t, tus.Config{
			Endpoint: "https://me:secret@server.example/files/?token=1", HTTP: w, AllowedHosts: "other.example",
			Header: http.Header{"X-Api-Key": {"1"}, "Cookie": {"session=1"}},
		})
		if err := calls[fault.Patch](t, client, "https://server.example/files/1"); err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"Authorization", "X-Api-Key", "Cookie", "Referer", "Origin"} {
			if got.Get(name) != "" {
				t.Errorf("%d: %s is %q", status, name, got.Get(name))
			}
		}
	}
}

func TestH2HTTPSIsNeverLeft(t *testing.T) {
	for _, plain := range []string{"http://other.example", "http://other.example:8080", "http://127.0.0.1:631"} {
		host := strings.TrimPrefix(plain, "http://")
		for _, override := range []bool{false, true} {
			newWeb := func(location string, status int) (*web, *tus.Client) {
				w := &web{handlers: map[string]http.HandlerFunc{"https://server.example": respond(status, "Location: "+location)}}
				return w, newClient(t, tus.Config{Endpoint: "https://server.example/files/", HTTP: w, MethodOverride: override, AllowedHosts: host})
			}
			w, client := newWeb(plain+"/u", http.StatusCreated)
			for name, request := range map[string]tus.CreateRequest{
				"file": {Size: 5}, "part": {Size: 5, Partial: true}, "with data": {Size: 5, Body: strings.NewReader("he"), BodySize: 2},
			} {
				_, err := client.Create(t.Context(), request)
				if wantHostFault(t, err, fault.CodeUnencrypted, host); t.Failed() {
					t.Fatal(name)
				}
			}
			_, err := client.Concat(t.Context(), tus.ConcatRequest{Parts: []string{"/files/1"}})
			wantHostFault(t, err, fault.CodeUnencrypted, host)
			for op := range calls {
				if op != fault.Create && op != fault.Probe {
					wantHostFault(t, calls[op](t, client, plain+"/u"), fault.CodeUnencrypted, host) // a saved upload URL
				}
				for _, status := range redirects {
					w, client := newWeb(plain+"/u", status)
					if err := calls[op](t, client, "https://server.example/files/1"); keepsMethod(op, status) {
						wantHostFault(t, err, fault.CodeUnencrypted, host)
					} else {
						wantKind(t, err, fault.Refused)
					}
					if got := w.received(plain); len(got) != 0 {
						t.Errorf("%d on %s: sent %q", status, op, got)
					}
				}
			}
			if got := w.received(plain); len(got) != 0 {
				t.Errorf("sent %q", got)
			}
		}
	}
}

// TestH2DetourOverHTTPS covers a server with http that redirects to https, and from there
// to http.
func TestH2DetourOverHTTPS(t *testing.T) {
	w := &web{handlers: map[string]http.HandlerFunc{
		"http://server.example":  respond(http.StatusTemporaryRedirect, "Location: https://server.example/files/1"),
		"https://server.example": respond(http.StatusTemporaryRedirect, "Location: http://other.example/files/1"),
	}}
	client := newClient(t, tus.Config{Endpoint: "http://server.example/files/", HTTP: w, AllowedHosts: "other.example"})
	wantHostFault(t, calls[fault.Patch](t, client, "http://server.example/files/1"), fault.CodeUnencrypted, "other.example")
	if got := w.received("http://other.example"); len(got) != 0 {
		t.Errorf("sent %q", got)
	}
}

func TestH3LocalNamesReceiveNoRequest(t *testing.T) {
	for _, host := range []string{
		"127.0.0.1:631", "localhost", "a.localhost", "printer.local", "nas", "10.0.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
		"[::1]:8080", "[fd00::1]", "[::ffff:127.0.0.1]", "[64:ff9b::7f00:1]", "2130706433", "0x7f000001", "127.1", "metadata.google.internal",
	} {
		for op := range calls {
			w := &web{handlers: map[string]http.HandlerFunc{"http://server.example": respond(http.StatusTemporaryRedirect, "Location: http://"+host+"/admin")}}
			client := newClient(t, tus.Config{Endpoint: "http://server.example/files/", HTTP: w, AllowedHosts: host})
			err := calls[op](t, client, "http://server.example/files/1")
			if op == fault.Terminate {
				wantKind(t, err, fault.Refused)
			} else {
				wantHostFault(t, err, fault.CodeHostLocal, host)
			}
			if op != fault.Create && op != fault.Probe {
				wantHostFault(t, calls[op](t, client, "http://"+host+"/admin"), fault.CodeHostLocal, host)
			}
			if got := w.received("http://" + host); len(got) != 0 {
				t.Errorf("%s on %s: sent %q", op, host, got)
			}
		}
		client := newClient(t, tus.Config{Endpoint: "http://server.example/files/", AllowedHosts: host, HTTP: handlerTransport{respond(http.StatusCreated, "Location: http://"+host+"/u")}})
		_, err := client.Create(t.Context(), tus.CreateRequest{Size: 5})
		wantHostFault(t, err, fault.CodeHostLocal, host)
	}
}

// TestH5DeleteIsNotRedirected is about a server that aims DELETE requests at others, also
// at those that the user allowed for uploads.
func TestH5DeleteIsNotRedirected(t *testing.T) {
	for _, override := range []bool{false, true} {
		for _, status := range []int{307, 308} {
			for _, other := range []string{"https://other.example", "https://server.example:8443"} {
				w := &web{handlers: map[string]http.HandlerFunc{"https://server.example": respond(status, "Location: "+other+"/precious")}}
				client := newClient(t, tus.Config{
					Endpoint: "https://server.example/files/", HTTP: w, MethodOverride: override, AllowedHosts: "other.example server.example:8443",
				})
				wantKind(t, client.Terminate(t.Context(), "https://server.example/files/1"), fault.Refused)
				if got := w.received(other); len(got) != 0 {
					t.Errorf("%d: sent %q", status, got)
				}
			}
		}
	}
	moved := func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/files/1" {
			respond(http.StatusPermanentRedirect, "Location: /uploads/1")(w, r)
			return
		}
		respond(http.StatusNoContent)(w, r)
	}
	w := &web{handlers: map[string]http.HandlerFunc{"https://server.example": moved}}
	client := newClient(t, tus.Config{Endpoint: "https://server.example/files/", HTTP: w})
	if err := client.Terminate(t.Context(), "https://server.example/files/1"); err != nil || len(w.received("https://server.example")) != 2 {
		t.Errorf("redirect on the same origin: %v, %v", err, w.requests)
	}
}

// TestH6SignInPageIsNotAnotherHost is about a network whose sign-in page redirects every
// request to itself until the user has signed in.
func TestH6SignInPageIsNotAnotherHost(t *testing.T) {
	for _, status := range []int{301, 302, 303} {
		for _, page := range []string{"http://portal.example/login", "http://10.0.0.1/login", "https://portal.example/login"} {
			for op := range calls {
				client := newClient(t, tus.Config{
					Endpoint: "http://server.example/files/", SendsVersion: true,
					HTTP: &web{handlers: map[string]http.HandlerFunc{"http://server.example": respondPlain(status, "Location: "+page)}},
				})
				err := calls[op](t, client, "http://server.example/files/1")
				if op == fault.Probe { // it tells nothing about the server, and the host is not asked about
					if err != nil {
						t.Errorf("%d on %s to %s: %v", status, op, page, err)
					}
					continue
				}
				if f := wantKind(t, err, fault.Transient); f.Code != fault.CodeForeignResponse {
					t.Errorf("%d on %s to %s: code %q", status, op, page, f.Code)
				}
			}
		}
	}
}

func TestH7HostFieldIsTheHostOfRequests(t *testing.T) {
	for _, test := range []struct{ name, host, location, want string }{
		{"relative location", "files.example:8443", "/files/1", "/files/1"},
		{"location with the host of the field", "files.example:8443", "http://Files.example:8443/files/1?a=b", "/files/1?a=b"},
		{"no field", "", "/files/1", "/files/1"},
	} {
		t.Run(test.name, func(t *testing.T) {
			server := newFakeServer(t, respond(http.StatusCreated, "Location: "+test.location))
			header := http.Header{}
			if test.host != "" {
				header.Set("Host", test.host)
			}
			client, err := tus.New(tus.Config{Endpoint: server.URL + "/files/", Header: header})
			if err != nil {
				t.Fatal(err)
			}
			upload, err := client.Create(t.Context(), tus.CreateRequest{Size: 5})
			if err != nil || upload.URL != server.URL+test.want {
				t.Fatalf("upload URL %q, %v, want %s below the server", upload.URL, err, test.want)
			}
			if want := cmp.Or(test.host, hostOf(t, server.URL)); server.lastRequest(t).Host != want {
				t.Errorf("the server received Host %q, want %q", server.lastRequest(t).Host, want)
			}
		})
	}
	t.Run("another location is another host", func(t *testing.T) {
		server := newFakeServer(t, respond(http.StatusCreated, "Location: http://other.example/files/1"))
		client, err := tus.New(tus.Config{Endpoint: server.URL, Header: http.Header{"Host": {"files.example"}}})
		if err != nil {
			t.Fatal(err)
		}
		upload, err := client.Create(t.Context(), tus.CreateRequest{Size: 5})
		if err != nil {
			t.Fatal(err)
		}
		_, err = client.Head(t.Context(), upload.URL)
		wantHostFault(t, err, fault.CodeHostNotAllowed, "other.example")
	})
	t.Run("other hosts do not receive it", func(t *testing.T) {
		other := newFakeServer(t, respond(http.StatusOK, "Upload-Offset: 1", "Upload-Length: 5"))
		client, err := tus.New(tus.Config{
			Endpoint: "http://127.0.0.1:1/", Header: http.Header{"Host": {"files.example"}}, AllowedHosts: hostOf(t, other.URL),
		})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := client.Head(t.Context(), other.URL+"/1"); err != nil || other.lastRequest(t).Host != hostOf(t, other.URL) {
			t.Errorf("Host %q, %v", other.lastRequest(t).Host, err)
		}
	})
}
