package presets

import (
	"net/url"
	"strings"

	"github.com/ferryapp/ferry/uploader"
)

// given is an upload URL for one file that a service has already created, such as those of
// Vimeo and the one-time URLs of Cloudflare Stream: only HEAD and PATCH are sent.
var given = Preset{
	Name:   "given",
	Fields: []Field{{Name: "url", Example: "https://asia-files.tus.vimeo.com/files/…", parse: address}},
	server: func(v Values) uploader.Server {
		options := uploader.ServerOptions{GivenURL: true}
		if u := mustParse(v["url"]); isCloudflareUpload(u) {
			options.ChunkMin, options.ChunkMax, options.ChunkMultiple = 5<<20, 50<<20, 256<<10
		}
		return uploader.Server{Endpoint: v["url"], Options: options}
	},
	recognise: func(u *url.URL) (Values, bool) {
		vimeo := strings.HasSuffix(u.Hostname(), ".tus.vimeo.com")
		return Values{"url": u.String()}, (vimeo || isCloudflareUpload(u)) && len(segments(u.Path)) > 0
	},
}

// isCloudflareUpload reports whether u is a one-time upload URL of Cloudflare Stream.
func isCloudflareUpload(u *url.URL) bool {
	return u.Hostname() == "upload.videodelivery.net" || u.Hostname() == "upload.cloudflarestream.com"
}

// mustParse parses a URL that a field has accepted.
func mustParse(text string) *url.URL {
	u, err := url.Parse(text)
	if err != nil {
		panic(err) // the fields accept only addresses that can be parsed
	}
	return u
}
