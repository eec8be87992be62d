package connect_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/ferryapp/ferry/app/connect"
	"github.com/ferryapp/ferry/uploader"
)

const directusInfo = `{"data":{"uploads":{"chunkSize":10485760}}}`

func TestG7ServerIsAskedForItsChunkSizes(t *testing.T) {
	for name, c := range map[string]struct {
		preset, path string
		body         string
		status       int
		want         int64
		asked        bool
	}{
		"told":              {"directus", "/files/tus", directusInfo, 200, 10 << 20, true},
		"not told":          {"directus", "/files/tus", `{}`, 200, 1, true},
		"sign-in required":  {"directus", "/files/tus", directusInfo, 401, 1, true},
		"redirect":          {"directus", "/files/tus", "", 302, 1, true},
		"endless":           {"directus", "/files/tus", directusInfo + strings.Repeat(" ", 2<<20), 200, 1, true},
		"without a preset":  {"", "/files/tus", directusInfo, 200, 1, false},
		"given by a preset": {"supabase", "/files/tus", directusInfo, 200, 1, false},
	} {
		t.Run(name, func(t *testing.T) {
			var last atomic.Pointer[http.Request]
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				last.Store(r)
				if c.status == http.StatusFound {
					http.Redirect(w, r, "/elsewhere", c.status)
					return
				}
				w.WriteHeader(c.status)
				_, _ = w.Write([]byte(c.body))
			}))
			t.Cleanup(server.Close)
			connector := newConnector(t, connect.Config{})
			got := connector.WithLimits(t.Context(), uploader.Server{
				Endpoint: server.URL + c.path, Options: uploader.ServerOptions{Preset: c.preset, ChunkMax: 1},
				Access: uploader.Access{SignIn: uploader.SignInBearer},
			}, &connect.Secrets{SignIn: "typed"})
			if got.Options.ChunkMax != c.want {
				t.Errorf("chunk size %d", got.Options.ChunkMax)
			}
			r := last.Load()
			if (r != nil) != c.asked {
				t.Fatalf("request %v", r)
			}
			if r != nil && (r.URL.Path != "/server/info" || r.Header.Get("Authorization") != "Bearer typed") {
				t.Errorf("request for %s with %v", r.URL, r.Header)
			}
		})
	}
}

func TestWithLimitsKeepsServerThatDoesNotRespond(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	server.Close()
	connector := newConnector(t, connect.Config{})
	want := uploader.Server{Endpoint: server.URL + "/files/tus", Options: uploader.ServerOptions{Preset: "directus", ChunkMax: 8}}
	if got := connector.WithLimits(t.Context(), want, nil); got != want {
		t.Errorf("server is %+v", got)
	}
}
