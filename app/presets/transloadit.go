package presets

import (
	"net/url"
	"strings"

	"github.com/ferryapp/ferry/uploader"
)

// transloadit is an assembly of Transloadit (https://transloadit.com/docs/api/assemblies-post/),
// which was created with its number of files by the service's API. The server that has the
// assembly receives its files.
var transloadit = Preset{
	Name: "transloadit",
	Fields: []Field{
		{Name: "assembly", Example: "https://api2-….transloadit.com/assemblies/…", parse: transloaditAssembly},
		{Name: "fieldname", Optional: true, Example: "file", parse: text},
	},
	server: func(v Values) uploader.Server {
		fieldname := "file"
		if v["fieldname"] != "" {
			fieldname = v["fieldname"]
		}
		u := mustParse(v["assembly"])
		return uploader.Server{
			Endpoint: "https://" + u.Host + "/resumable/files/",
			Options: uploader.ServerOptions{
				Metadata: metadata("filetype=", "mtime=", "relativePath=", "assembly_url="+v["assembly"], "fieldname="+fieldname),
			},
		}
	},
	recognise: func(u *url.URL) (Values, bool) {
		assembly, ok := transloaditAssembly(u.String())
		return Values{"assembly": assembly}, ok
	},
}

// transloaditAssembly accepts the URL of an assembly.
func transloaditAssembly(text string) (string, bool) {
	u, ok := parseAddress(text)
	if !ok || !strings.HasSuffix(u.Hostname(), ".transloadit.com") || after(u.Path, "assemblies") == "" {
		return "", false
	}
	u.Scheme = "https"
	return u.String(), true
}
