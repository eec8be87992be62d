package presets

import (
	"net/url"
	"strings"

	"github.com/ferryapp/ferry/uploader"
)

// directus is Directus 11 (https://directus.io) with TUS_ENABLED. It stores the metadata
// as the fields of its files, so that only those it knows are sent.
var directus = Preset{
	Name: "directus",
	Fields: []Field{
		{Name: "address", Example: "https://directus.example.com", parse: base("/files/tus/", "/admin/", "/files/")},
		{Name: "folder", Optional: true, Example: "8e2f1c0a-…", parse: matching("[0-9a-fA-F-]{36}")},
	},
	SignIn: uploader.SignInBearer,
	server: func(v Values) uploader.Server {
		lines := []string{"filename=", "filetype=", "mtime=", "relativePath=", "filename_download={name}", "type={type}"}
		if v["folder"] != "" {
			lines = append(lines, "folder="+v["folder"])
		}
		return uploader.Server{
			Endpoint: v["address"] + "/files/tus",
			Options:  uploader.ServerOptions{ChunkMax: 8 << 20, Metadata: metadata(lines...), LinkTemplate: v["address"] + "/assets/{id}"},
		}
	},
	recognise: func(u *url.URL) (Values, bool) {
		path := strings.TrimSuffix(u.Path, "/") + "/"
		if !strings.Contains(path, "/files/tus/") && !strings.Contains(path, "/admin/files/") {
			return nil, false
		}
		address, ok := base("/files/tus/", "/admin/")(u.String())
		return Values{"address": address}, ok
	},
	limits: &limitsQuery{path: "/server/info", below: "/files/tus", parse: parseDirectusInfo},
}
