package presets

import (
	"net/url"
	"strings"

	"github.com/ferryapp/ferry/uploader"
)

// fileBrowser is filebrowser (https://filebrowser.org): the URL of an upload is that of
// its file.
var fileBrowser = Preset{
	Name: "filebrowser",
	Fields: []Field{
		{Name: "address", Example: "https://files.example.com", parse: base("/api/tus/", "/files/")},
		{Name: "folder", Optional: true, Example: "Photos/2026", parse: folderPath},
	},
	SignIn: uploader.SignInHeaders,
	server: func(v Values) uploader.Server {
		path := "/api/tus/"
		if v["folder"] != "" {
			path += escaped(v["folder"]) + "/"
		}
		return uploader.Server{
			Endpoint: v["address"] + path,
			Options: uploader.ServerOptions{
				UploadPath: "{path}", Metadata: metadata("filename=", "filetype=", "mtime=", "relativePath="), OverwriteQuery: "override=true",
			},
		}
	},
	recognise: func(u *url.URL) (Values, bool) {
		_, folder, found := strings.Cut(u.Path+"/", "/api/tus/")
		if !found {
			return nil, false
		}
		address, ok := base("/api/tus/")(u.String())
		values := Values{"address": address}
		if folder = strings.Trim(folder, "/"); folder != "" {
			values["folder"] = folder
		}
		return values, ok
	},
}
