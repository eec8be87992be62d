package presets

import (
	"net/url"
	"strings"

	"github.com/ferryapp/ferry/uploader"
)

// openCloud is OpenCloud, ownCloud Infinite Scale and ownCloud 10: uploads are created at
// the WebDAV URL of an existing folder.
var openCloud = Preset{
	Name: "opencloud",
	Fields: []Field{
		{Name: "address", Example: "https://cloud.example.com", parse: base("/remote.php/", "/dav/", "/files/", "/index.php/")},
		{Name: "user", Example: "einstein", parse: text},
		{Name: "space", Optional: true, Example: "1284d238-…$4c510ada-…", parse: matching(`[0-9A-Za-z$!._-]+`)},
		{Name: "folder", Optional: true, Example: "Photos/2026", parse: folderPath},
		{Name: "folders", Choices: []string{string(uploader.FoldersByMKCOL), string(uploader.FoldersFlat)}},
	},
	SignIn: uploader.SignInBasic,
	server: func(v Values) uploader.Server {
		root := "/remote.php/dav/files/" + url.PathEscape(v["user"])
		if v["space"] != "" {
			root = "/dav/spaces/" + url.PathEscape(v["space"])
		}
		if v["folder"] != "" {
			root += "/" + escaped(v["folder"])
		}
		return uploader.Server{
			Endpoint: v["address"] + root + "/",
			Options: uploader.ServerOptions{
				Metadata: metadata("filetype=", "relativePath="), UploadPath: "{dir}", Folders: uploader.FolderMode(v["folders"]),
			},
			Access: uploader.Access{User: v["user"]},
		}
	},
	recognise: recogniseOpenCloud,
	limits:    &limitsQuery{path: "/ocs/v1.php/cloud/capabilities?format=json", below: "/remote.php/dav/,/dav/spaces/", parse: parseOCS},
}

// recogniseOpenCloud recognises the WebDAV URLs of OpenCloud and ownCloud.
func recogniseOpenCloud(u *url.URL) (Values, bool) {
	values := Values{}
	for _, root := range []struct{ path, field string }{
		{"/remote.php/dav/files/", "user"}, {"/dav/files/", "user"}, {"/remote.php/dav/spaces/", "space"}, {"/dav/spaces/", "space"},
	} {
		before, rest, found := strings.Cut(u.Path+"/", root.path)
		if !found {
			continue
		}
		address := url.URL{Scheme: u.Scheme, Host: u.Host, Path: before}
		first, folder, _ := strings.Cut(rest, "/")
		values["address"] = address.String()
		if first != "" {
			values[root.field] = first
		}
		if folder = strings.Trim(folder, "/"); folder != "" {
			values["folder"] = folder
		}
		return values, true
	}
	return nil, false
}
