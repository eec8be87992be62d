package engine_test

import (
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/engine"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/tus"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// newDispatcher starts a server that creates uploads on storage, another host, and
// returns its endpoint and the number of uploads that it was asked for.
func newDispatcher(t *testing.T, storage string) (endpoint string, creations *atomic.Int64) {
	t.Helper()
	target, err := url.Parse(storage)
	if err != nil {
		t.Fatal(err)
	}
	creations = &atomic.Int64{}
	proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(&url.URL{Scheme: target.Scheme, Host: target.Host}) }}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.Method {
		case http.MethodPost:
			creations.Add(1)
			r.Header.Del("Expect")
		case http.MethodOptions:
		default:
			t.Errorf("the dispatcher received %s", r.Method)
		}
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	return server.URL + target.Path, creations
}

// TestH1OtherHostIsAskedAboutOnce uploads to a server whose uploads are on another host:
// everything waits until the user has allowed it, also after a restart, and then the same
// uploads are used.
func TestH1OtherHostIsAskedAboutOnce(t *testing.T) {
	t.Parallel()
	for name, options := range map[string]uploader.ServerOptions{"one upload": {}, "parts": {Connections: 2}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			storage := uploadtest.NewTusd(t)
			host := strings.TrimPrefix(storage.URL, "http://")
			endpoint, creations := newDispatcher(t, storage.Endpoint)
			h := newHarness(t, endpoint)
			h.setServerOptions(options)
			path := createFile(t, "film.mov", 20<<20)
			h.add(path)
			blocked := func(s *uploader.Snapshot) bool {
				f := s.Blocked[testServer]
				return f != nil && f.Code == fault.CodeHostNotAllowed && f.Detail == host
			}
			h.waitFor("the host is asked about", blocked)
			h.restart()
			h.waitFor("the host is asked about after a restart", blocked)
			if received := bodyBytes(storage.Requests()); received != 0 {
				t.Errorf("the other host received %d bytes", received)
			}

			options.AllowedHosts = host
			h.setServerOptions(options)
			h.waitState(uploader.StateDone)
			if stored := storage.Stored(t); !slices.ContainsFunc(stored, func(f uploadtest.StoredFile) bool { return f.SHA256 == fileSHA256(t, path) }) {
				t.Errorf("stored %+v", stored)
			}
			want := int64(1)
			if options.Connections > 0 {
				want = 3 // the parts and what they are joined to
			}
			if got := creations.Load(); got != want {
				t.Errorf("%d uploads were created, want %d", got, want)
			}
		})
	}
}

// TestH1SavedUploadURLIsChecked is about an upload URL in the database that points
// elsewhere: of an earlier version, or changed by someone.
func TestH1SavedUploadURLIsChecked(t *testing.T) {
	t.Parallel()
	bystander := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("the bystander received %s %s", r.Method, r.URL)
	}))
	defer bystander.Close()
	h := newHarness(t, uploadtest.UnusedURL(t))
	h.add(createFile(t, "film.mov", 5<<20))
	saved := *h.waitState(uploader.StateRetrying)
	h.stop()
	saved.Session = uploader.Session{URL: bystander.URL + "/admin/1"}
	if err := h.store.Save(t.Context(), uploader.Changes{Transfers: []*uploader.Transfer{&saved}}); err != nil {
		t.Fatal(err)
	}
	h.start()
	h.waitFor("the host is asked about", func(s *uploader.Snapshot) bool {
		f := s.Blocked[testServer]
		return f != nil && f.Code == fault.CodeHostNotAllowed
	})
	h.do(uploader.Cancel{Target: uploader.TargetAll()})
	h.waitCancelled()
}

// observingProtocol knows that its server is on the public internet.
type observingProtocol struct{ *tus.Client }

func (observingProtocol) PublicAddress() bool { return true }

// TestH4PublicAddressIsSaved checks that it is known in later runs that a server is on the
// public internet, also after the server was edited, but not of another server.
func TestH4PublicAddressIsSaved(t *testing.T) {
	t.Parallel()
	server := uploadtest.NewTusd(t)
	h := newHarness(t, server.Endpoint)
	h.stop()
	h.configure = func(c *engine.Config) {
		open := c.Connect
		c.Connect = func(s uploader.Server) (uploader.Protocol, error) {
			protocol, err := open(s)
			if err != nil {
				return nil, err
			}
			return observingProtocol{protocol.(*tus.Client)}, nil
		}
	}
	h.start()
	h.add(createFile(t, "a.txt", 10))
	h.waitState(uploader.StateDone)
	public := func(want bool) func(*uploader.Snapshot) bool {
		return func(s *uploader.Snapshot) bool {
			known, _ := s.Server(testServer)
			return known.Options.PublicAddress == want
		}
	}
	h.waitFor("the address is saved", public(true))
	h.configure = nil
	h.restart()
	h.waitFor("the address is known after a restart", public(true))
	h.setServerOptions(uploader.ServerOptions{Limit: 1 << 30})
	h.waitFor("the address is known after a change", public(true))
	h.changeEndpoint(uploadtest.UnusedURL(t))
	h.waitFor("the address of another server is not known", public(false))
}
