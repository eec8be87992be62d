package cli

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/ferryapp/ferry/app/connect"
	"github.com/ferryapp/ferry/app/feed"
	"github.com/ferryapp/ferry/app/instance"
	"github.com/ferryapp/ferry/app/presets"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/tus"
)

// newCloud starts a server with the capabilities of ownCloud, which allow requests of at
// most 10,000,000 bytes, and returns its server of the preset.
func newCloud(t *testing.T) uploader.Server {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/ocs/v1.php/cloud/capabilities" || r.Header.Get("Authorization") != "Basic sesame" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		fmt.Fprint(w, `{"ocs":{"data":{"capabilities":{"files":{"tus_support":{"max_chunk_size":10000000}}}}}}`)
	}))
	t.Cleanup(server.Close)
	preset, _ := presets.ByName("opencloud")
	cloud, err := preset.Server(presets.Values{"address": server.URL, "user": "einstein"})
	if err != nil {
		t.Fatal(err)
	}
	return cloud
}

// TestG7RunAsksForChunkSizes tests that ferry send asks a server of a preset for its chunk
// sizes, as the test of a server does, with the sign-in of the run.
func TestG7RunAsksForChunkSizes(t *testing.T) {
	for _, test := range []struct {
		name   string
		header string
		change instance.ServerChange
		want   int64
	}{
		{"told", "Basic sesame", instance.ServerChange{}, 10_000_000},
		{"not told", "Basic other", instance.ServerChange{}, 0},
		{"set by the user", "Basic sesame", instance.ServerChange{ChunkMax: new(int64(5_000_000))}, 5_000_000},
	} {
		t.Run(test.name, func(t *testing.T) {
			cloud, change := newCloud(t), test.change
			change.Preset = &cloud
			engine := &fakeEngine{result: uploader.ServerTest{Capabilities: tus.Capabilities{Known: true}}}
			x := &Executor{Engine: engine, Connector: connect.New(connect.Config{})}
			to := destination{to: cloud.Endpoint, header: http.Header{"Authorization": {test.header}}}
			advise := func(feed.Event) error { return nil }
			if _, err := x.changedDestination(t.Context(), to, change, advise); err != nil {
				t.Fatal(err)
			}
			if got := engine.saved[0].Options.ChunkMax; got != test.want {
				t.Errorf("first run: requests of %d bytes, want %d", got, test.want)
			}
			engine.saved[0].Options.ChunkMax, engine.saved[0].Options.Limit = 1, 1 // a preset replaces it
			if _, err := x.changedDestination(t.Context(), to, change, advise); err != nil {
				t.Fatal(err)
			}
			if got := engine.used.Options.ChunkMax; got != test.want {
				t.Errorf("second run: requests of %d bytes, want %d", got, test.want)
			}
		})
	}
}

// TestPresetKeepsHowServerIsReached tests that a run that names the preset of a saved server
// again connects to it as before.
func TestPresetKeepsHowServerIsReached(t *testing.T) {
	cloud := newCloud(t)
	saved := cloud
	saved.ID, saved.Name, saved.OriginalEndpoint = 2, "cloud", cloud.Endpoint
	saved.Access.CertificateFingerprint, saved.Access.CA, saved.Access.Proxy, saved.Access.SecretName = "ab", "ca.pem", "none", "s1"
	saved.Options.MaxBody, saved.Options.WholeRequests, saved.Options.OmitsVersion, saved.Options.AllowedHosts = 1<<20, 1<<19, true, "cdn.example"
	engine := &fakeEngine{saved: []uploader.Server{saved}}
	x := &Executor{Engine: engine, Connector: connect.New(connect.Config{})}
	if err := x.useServer(t.Context(), saved, instance.ServerChange{Preset: &cloud, Limit: new(int64(1000))}); err != nil {
		t.Fatal(err)
	}
	want := saved
	want.Options.Limit = 1000
	if engine.used != want {
		t.Errorf("used %+v\nwant %+v", engine.used, want)
	}
}
