package tus_test

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/tus"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// redirectTo returns a handler that redirects to the same path below base.
func redirectTo(status int, base string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Location", base+r.URL.Path)
		w.WriteHeader(status)
	}
}

func TestRedirectsThatDropTheBodyAreRefused(t *testing.T) {
	for _, status := range []int{http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther} {
		for _, op := range []fault.Op{fault.Create, fault.Patch, fault.Terminate} {
			t.Run(fmt.Sprintf("%d on %s", status, op), func(t *testing.T) {
				got := wantKind(t, call(t, op, respondPlain(status, "Location: https://login.example/secret-form?secret=1")), fault.Refused)
				if got.Status != status || !strings.Contains(got.Detail, "login.example") || strings.Contains(got.Detail, "secret") {
					t.Errorf("got %+v", got)
				}
			})
		}
	}
}

func TestRedirectsOfHeadAndOptionsAreFollowed(t *testing.T) {
	server := newFakeServer(t, respond(http.StatusOK, "Tus-Version: 1.0.0", "Upload-Offset: 3"))
	for _, status := range []int{301, 302, 303, 307, 308} {
		first := newFakeServer(t, redirectTo(status, server.URL))
		client := newClient(t, tus.Config{Endpoint: first.URL, AllowedHosts: hostOf(t, server.URL)})
		if got, err := client.Head(t.Context(), first.URL+"/u"); err != nil || got.Offset != 3 || server.lastRequest(t).Method != http.MethodHead {
			t.Errorf("%d on HEAD: %+v, %v", status, got, err)
		}
		if got, err := client.Probe(t.Context()); err != nil || !got.Known || server.lastRequest(t).Method != http.MethodOptions {
			t.Errorf("%d on OPTIONS: %+v, %v", status, got, err)
		}
	}
}

func TestRedirects307And308KeepMethodAndBody(t *testing.T) {
	for _, status := range []int{http.StatusTemporaryRedirect, http.StatusPermanentRedirect} {
		server := uploadtest.NewTusd(t)
		first := newFakeServer(t, redirectTo(status, server.URL))
		client := newClient(t, tus.Config{Endpoint: first.URL + "/files/", AllowedHosts: hostOf(t, server.URL)})
		content := randomBytes(t, 3<<20)
		upload, err := client.Create(t.Context(), tus.CreateRequest{Size: 3 << 20, Metadata: metadata})
		if err != nil || !strings.HasPrefix(upload.URL, server.Endpoint) {
			t.Fatalf("%d: created %+v, %v", status, upload, err)
		}
		redirectedURL := strings.Replace(upload.URL, server.URL, first.URL, 1)
		if got, err := client.Patch(t.Context(), redirectedURL, 0, bytes.NewReader(content), 3<<20); err != nil || got.Offset != 3<<20 {
			t.Fatalf("%d: got %+v, %v", status, got, err)
		}
		wantStored(t, server.Stored(t), content)
		if err := client.Terminate(t.Context(), upload.URL); err != nil || len(server.Stored(t)) != 0 {
			t.Errorf("%d: %v", status, err)
		}
	}
}

func TestRedirectOfUnseekableBodyIsRefused(t *testing.T) {
	server := newFakeServer(t, respond(http.StatusNoContent, "Upload-Offset: 5"))
	first := newFakeServer(t, redirectTo(http.StatusTemporaryRedirect, server.URL))
	_, err := newClient(t, tus.Config{Endpoint: first.URL}).Patch(t.Context(), first.URL, 0, unseekable([]byte("hello")), 5)
	if got := wantKind(t, err, fault.Refused); !strings.Contains(got.Detail, "cannot be rewound") {
		t.Errorf("detail %q", got.Detail)
	}
}

func TestInvalidRedirectsAreRefused(t *testing.T) {
	wantKind(t, call(t, fault.Head, respondPlain(http.StatusTemporaryRedirect, "Location: /again")), fault.Refused)
	wantKind(t, call(t, fault.Head, respondPlain(http.StatusTemporaryRedirect)), fault.Refused)
	wantKind(t, call(t, fault.Head, respondPlain(http.StatusTemporaryRedirect, "Location: file:///etc/passwd")), fault.Refused)
	wantKind(t, call(t, fault.Patch, respondPlain(http.StatusNotModified)), fault.Refused)
}

func TestCredentialsAreSentToEndpointOriginOnly(t *testing.T) {
	server := newFakeServer(t, respond(http.StatusNoContent, "Upload-Offset: 5"))
	other := newFakeServer(t, respond(http.StatusNoContent, "Upload-Offset: 5"))
	redirecting := newFakeServer(t, redirectTo(http.StatusTemporaryRedirect, other.URL))
	client := func(endpoint string) *tus.Client {
		return newClient(t, tus.Config{Endpoint: endpoint, AllowedHosts: hostOf(t, other.URL), Header: http.Header{"Authorization": {"Bearer key"}}})
	}
	if err := calls[fault.Patch](t, client(server.URL), server.URL+"/u"); err != nil {
		t.Fatal(err)
	}
	if got := server.lastRequest(t).Header.Get("Authorization"); got != "Bearer key" {
		t.Errorf("Authorization %q", got)
	}
	for name, url := range map[string]string{"upload URL of another host": other.URL, "redirect": redirecting.URL} {
		for op := range calls {
			if op == fault.Create || op == fault.Probe || op == fault.Terminate && name == "redirect" {
				continue
			}
			if err := calls[op](t, client(redirecting.URL), url); err != nil {
				t.Fatal(err)
			}
			if got := other.lastRequest(t).Header.Values("Authorization"); len(got) != 0 {
				t.Errorf("%s, %s: another host received Authorization %q", name, op, got)
			}
		}
	}
}

// handlerTransport is an http.RoundTripper that calls a handler.
type handlerTransport struct{ http.Handler }

func (t handlerTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	recorder := httptest.NewRecorder()
	t.ServeHTTP(recorder, r)
	return recorder.Result(), nil
}

func TestCredentialsAreNotSentToAllowedHosts(t *testing.T) {
	tests := []struct {
		endpoint, target string
		want             bool
	}{
		{"https://server/files/", "https://server/u", true},
		{"https://server/files/", "https://SERVER:443/u", true},
		{"https://server:8443/", "https://server/u", false},
		{"https://server/", "https://server.other.example/u", false},
		{"https://server/", "https://sub.server/u", false},
		{"http://server/", "https://server/u", true},
		{"http://server:1080/", "https://server/u", false},
		{"http://server:80/", "http://server/u", true},
	}
	for _, test := range tests {
		t.Run(test.endpoint+" to "+test.target, func(t *testing.T) {
			var got string
			client := newClient(t, tus.Config{Endpoint: test.endpoint, AllowedHosts: hostOf(t, test.target), Header: http.Header{"X-Api-Key": {"key"}}, HTTP: handlerTransport{http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				got = r.Header.Get("X-Api-Key")
				respond(http.StatusOK, "Upload-Offset: 1")(w, r)
			})}})
			if _, err := client.Head(t.Context(), test.target); err != nil {
				t.Fatal(err)
			}
			if (got == "key") != test.want {
				t.Errorf("key sent = %t, want %t", got == "key", test.want)
			}
		})
	}
}

func TestK8HTTPLocationOfTLSProxyBecomesHTTPS(t *testing.T) {
	tests := map[string]string{
		"http://server/files/1":      "https://server:8443/files/1",
		"http://server:80/files/1":   "https://server:8443/files/1",
		"http://server:8443/files/1": "https://server:8443/files/1",
		"http://SERVER:8443/files/1": "https://SERVER:8443/files/1",
		"https://server/files/1":     "https://server/files/1",
	}
	for location, want := range tests {
		client := newClient(t, tus.Config{Endpoint: "https://server:8443/files/", HTTP: handlerTransport{respond(http.StatusCreated, "Location: "+location)}})
		if got, err := client.Create(t.Context(), tus.CreateRequest{Size: 1}); err != nil || got.URL != want {
			t.Errorf("%s: got %s, %v, want %s", location, got.URL, err, want)
		}
	}
}

func TestEndpointPasswordIsSentAsBasicAuth(t *testing.T) {
	server := newFakeServer(t, respond(http.StatusCreated, "Location: 1"))
	endpoint, _ := url.Parse(server.URL)
	endpoint.User = url.UserPassword("me", "p@ss:word")
	upload, err := newClient(t, tus.Config{Endpoint: endpoint.String()}).Create(t.Context(), tus.CreateRequest{Size: 1})
	if err != nil || strings.Contains(upload.URL, "word") {
		t.Fatalf("created %+v, %v", upload, err)
	}
	if user, password, ok := server.lastRequest(t).BasicAuth(); !ok || user != "me" || password != "p@ss:word" {
		t.Errorf("basic auth %q, %q", user, password)
	}
}

func TestNewValidatesConfig(t *testing.T) {
	for _, endpoint := range []string{"", "server", "/files", "ftp://server/", "http://", "http://me:secret@[::1", "http://a b/"} {
		if _, err := tus.New(tus.Config{Endpoint: endpoint}); err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("%q: %v", endpoint, err)
		}
	}
	for name, header := range map[string]http.Header{"value": {"X-A": {"a\r\nX-B: b"}}, "name": {"X A": {"a"}}} {
		if _, err := tus.New(tus.Config{Endpoint: "http://server/", Header: header}); err == nil {
			t.Errorf("invalid header %s accepted", name)
		}
	}
}

func TestSecretsAreRemovedFromErrorBody(t *testing.T) {
	server := newFakeServer(t, func(w http.ResponseWriter, r *http.Request) {
		respondBody(http.StatusUnauthorized, "bad header: "+r.Header.Get("Authorization"))(w, r)
	})
	_, err := newClient(t, tus.Config{Endpoint: server.URL, Header: http.Header{"Authorization": {"Bearer abcdefgh"}}}).Create(t.Context(), tus.CreateRequest{Size: 1})
	if got := wantKind(t, err, fault.Auth); strings.Contains(got.Detail, "abcdefgh") || !strings.Contains(got.Detail, "bad header") {
		t.Errorf("detail %q", got.Detail)
	}
}
