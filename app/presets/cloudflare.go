package presets

import (
	"net/url"

	"github.com/ferryapp/ferry/uploader"
)

// cloudflare is Cloudflare Stream (https://developers.cloudflare.com/stream/uploading-videos/resumable-uploads/):
// requests have at least 5 MiB and at most 200 MiB, in multiples of 256 KiB.
var cloudflare = Preset{
	Name:   "cloudflare",
	Fields: []Field{{Name: "account", Example: "0123456789abcdef0123456789abcdef", parse: cloudflareAccount}},
	SignIn: uploader.SignInBearer,
	server: func(v Values) uploader.Server {
		return uploader.Server{
			Endpoint: "https://api.cloudflare.com/client/v4/accounts/" + v["account"] + "/stream",
			Options: uploader.ServerOptions{
				ChunkMin: 5 << 20, ChunkMax: 50 << 20, ChunkMultiple: 256 << 10,
				Metadata:     metadata("filename=", "filetype=", "mtime=", "relativePath=", "name={name}"),
				LinkTemplate: "https://watch.cloudflarestream.com/{id}",
				AllowedHosts: "upload.cloudflarestream.com upload.videodelivery.net", // hosts of the upload URLs; without the sign-in
			},
		}
	},
	recognise: func(u *url.URL) (Values, bool) {
		if u.Hostname() != "api.cloudflare.com" && u.Hostname() != "dash.cloudflare.com" {
			return nil, false
		}
		account, ok := cloudflareAccount(u.String())
		return Values{"account": account}, ok
	},
}

var cloudflareID = matching("[0-9a-f]{32}")

// cloudflareAccount accepts the ID of an account, and addresses of the API and the
// dashboard that contain it.
func cloudflareAccount(text string) (string, bool) {
	if u, ok := parseAddress(text); ok {
		if id, ok := cloudflareID(after(u.Path, "accounts")); ok {
			return id, true
		}
		if path := segments(u.Path); u.Hostname() == "dash.cloudflare.com" && len(path) > 0 {
			return cloudflareID(path[0])
		}
	}
	return cloudflareID(text)
}
