package presets

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"github.com/ferryapp/ferry/uploader"
)

// limitsQuery is how a server tells its chunk sizes.
type limitsQuery struct {
	path  string // of the request, with its query
	below string // the paths of endpoints, separated by commas, before which path is appended
	parse func(body []byte) (chunkMax int64, ok bool)
}

// Get sends a GET request for a URL with the sign-in of a server and more header fields,
// and returns the body of a successful response.
type Get func(ctx context.Context, url string, header http.Header) ([]byte, error)

// WithLimits asks a server that was made by a preset for its chunk sizes, if servers of that kind
// tell them, and returns it with these. A server that does not tell them keeps those that it
// has. The request is to the server's own host.
func WithLimits(ctx context.Context, server uploader.Server, get Get) uploader.Server {
	p, ok := ByName(server.Options.Preset)
	if !ok || p.limits == nil {
		return server
	}
	at, ok := p.limits.url(server.Endpoint)
	if !ok {
		return server
	}
	header := http.Header{"Accept": {"application/json"}, "Ocs-Apirequest": {"true"}} // ownCloud refuses requests without the latter
	body, err := get(ctx, at, header)
	if err != nil {
		return server // it works with the values of the preset
	}
	if chunkMax, ok := p.limits.parse(body); ok && chunkMax >= server.Options.ChunkMin {
		server.Options.ChunkMax = chunkMax
	}
	return server
}

// url returns the URL of the request for a server with an endpoint.
func (q *limitsQuery) url(endpoint string) (string, bool) {
	u, err := url.Parse(endpoint)
	if err != nil {
		return "", false
	}
	for part := range strings.SplitSeq(q.below, ",") {
		if before, _, found := strings.Cut(u.EscapedPath()+"/", part); found {
			return u.Scheme + "://" + u.Host + before + q.path, true
		}
	}
	return "", false
}

// Sizes that are accepted from a server, in bytes.
const (
	minChunk = 64 << 10
	maxChunk = 1 << 40
)

func accepted(chunk int64) (int64, bool) { return chunk, chunk >= minChunk && chunk <= maxChunk }

// parseDirectusInfo parses the response of Directus to GET /server/info.
func parseDirectusInfo(body []byte) (chunkMax int64, ok bool) {
	var info struct {
		Data struct {
			Uploads struct {
				ChunkSize int64 `json:"chunkSize"`
			} `json:"uploads"`
		} `json:"data"`
	}
	if json.Unmarshal(body, &info) != nil {
		return 0, false
	}
	return accepted(info.Data.Uploads.ChunkSize)
}

// parseOCS parses the capabilities of OpenCloud and ownCloud (Open Collaboration Services).
func parseOCS(body []byte) (chunkMax int64, ok bool) {
	var capabilities struct {
		OCS struct {
			Data struct {
				Capabilities struct {
					Files struct {
						TUS struct {
							MaxChunkSize int64 `json:"max_chunk_size"`
						} `json:"tus_support"`
					} `json:"files"`
				} `json:"capabilities"`
			} `json:"data"`
		} `json:"ocs"`
	}
	if json.Unmarshal(body, &capabilities) != nil {
		return 0, false
	}
	return accepted(capabilities.OCS.Data.Capabilities.Files.TUS.MaxChunkSize)
}
