package presets

import (
	"net/url"

	"github.com/ferryapp/ferry/uploader"
)

// bunny is Bunny Stream (https://docs.bunny.net/reference/tus-resumable-uploads). The
// headers AuthorizationSignature, AuthorizationExpire, LibraryId and VideoId are made for
// each video by the service's API, which Ferry does not call.
var bunny = Preset{
	Name:   "bunny",
	Fields: []Field{{Name: "collection", Optional: true, Example: "97f20caa-…", parse: matching("[0-9a-fA-F-]{36}")}},
	SignIn: uploader.SignInHeaders,
	server: func(v Values) uploader.Server {
		lines := []string{"filename=", "mtime=", "relativePath=", "filetype={type}", "title={name}"}
		if v["collection"] != "" {
			lines = append(lines, "collection="+v["collection"])
		}
		return uploader.Server{
			Endpoint: "https://video.bunnycdn.com/tusupload",
			Options:  uploader.ServerOptions{Metadata: metadata(lines...)},
		}
	},
	recognise: func(u *url.URL) (Values, bool) { return Values{}, u.Hostname() == "video.bunnycdn.com" },
}
