package presets_test

import (
	"context"
	"errors"
	"net/http"
	"testing"

	"github.com/ferryapp/ferry/app/presets"
	"github.com/ferryapp/ferry/uploader"
)

const (
	directusInfo = `{"data":{"project":{"project_name":"Directus"},"uploads":{"chunkSize":10485760}}}`
	ocs          = `{"ocs":{"meta":{"status":"ok"},"data":{"capabilities":{"files":{"tus_support":{"version":"1.0.0","max_chunk_size":10000000}}}}}}`
)

func TestWithLimits(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		preset, endpoint, body string
		err                    error
		wantURL                string
		want                   int64
	}{
		"Directus":                 {"directus", "https://cms.example.com/sub/files/tus", directusInfo, nil, "https://cms.example.com/sub/server/info", 10 << 20},
		"OpenCloud":                {"opencloud", "https://c.example/remote.php/dav/files/me/x/", ocs, nil, "https://c.example/ocs/v1.php/cloud/capabilities?format=json", 10_000_000},
		"a space of OpenCloud":     {"opencloud", "https://c.example:9200/a%20b/dav/spaces/1$2/", ocs, nil, "https://c.example:9200/a%20b/ocs/v1.php/cloud/capabilities?format=json", 10_000_000},
		"server that does not say": {"opencloud", "https://c.example/remote.php/dav/files/me/", `{"ocs":{}}`, nil, "https://c.example/ocs/v1.php/cloud/capabilities?format=json", 1 << 20},
		"size of 0: any":           {"directus", "https://cms.example.com/files/tus", `{"data":{"uploads":{"chunkSize":0}}}`, nil, "https://cms.example.com/server/info", 1 << 20},
		"size that is not usable":  {"directus", "https://cms.example.com/files/tus", `{"data":{"uploads":{"chunkSize":5}}}`, nil, "https://cms.example.com/server/info", 1 << 20},
		"negative size":            {"directus", "https://cms.example.com/files/tus", `{"data":{"uploads":{"chunkSize":-9}}}`, nil, "https://cms.example.com/server/info", 1 << 20},
		"text in place of a size":  {"directus", "https://cms.example.com/files/tus", `{"data":{"uploads":{"chunkSize":"8 MB"}}}`, nil, "https://cms.example.com/server/info", 1 << 20},
		"page":                     {"directus", "https://cms.example.com/files/tus", `<html>`, nil, "https://cms.example.com/server/info", 1 << 20},
		"request that fails":       {"directus", "https://cms.example.com/files/tus", "", errors.New("no route"), "https://cms.example.com/server/info", 1 << 20},
		"another address":          {"directus", "https://cms.example.com/upload", directusInfo, nil, "", 1 << 20},
		"another preset":           {"supabase", "https://x.example/files/tus", directusInfo, nil, "", 1 << 20},
		"no preset":                {"", "https://x.example/files/tus", directusInfo, nil, "", 1 << 20},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			asked := ""
			server := uploader.Server{Endpoint: c.endpoint, Options: uploader.ServerOptions{Preset: c.preset, ChunkMax: 1 << 20}}
			got := presets.WithLimits(t.Context(), server, func(_ context.Context, url string, _ http.Header) ([]byte, error) {
				asked = url
				return []byte(c.body), c.err
			})
			if asked != c.wantURL || got.Options.ChunkMax != c.want {
				t.Errorf("asked %q, chunk size %d", asked, got.Options.ChunkMax)
			}
			got.Options.ChunkMax = server.Options.ChunkMax
			if got != server {
				t.Errorf("server is %+v", got)
			}
		})
	}
}

// FuzzWithLimits checks that no response gives a server a size that cannot be used.
func FuzzWithLimits(f *testing.F) {
	f.Add(directusInfo)
	f.Add(ocs)
	f.Fuzz(func(t *testing.T, body string) {
		for _, server := range []uploader.Server{
			{Endpoint: "https://a.example/files/tus", Options: uploader.ServerOptions{Preset: "directus"}},
			{Endpoint: "https://a.example/remote.php/dav/files/me/", Options: uploader.ServerOptions{Preset: "opencloud"}},
		} {
			got := presets.WithLimits(t.Context(), server, func(context.Context, string, http.Header) ([]byte, error) { return []byte(body), nil })
			if size := got.Options.ChunkMax; size < 0 || size > 0 && size < 64<<10 {
				t.Errorf("chunk size %d", size)
			}
		}
	})
}
