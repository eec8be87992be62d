package presets

import (
	"net/url"
	"strings"

	"github.com/ferryapp/ferry/uploader"
)

// supabase is Supabase Storage (https://supabase.com/docs/guides/storage/uploads/resumable-uploads):
// every request but the last has exactly 6 MiB, and the name and bucket of the object are
// in the metadata.
var supabase = Preset{
	Name: "supabase",
	Fields: []Field{
		{Name: "project", Example: "abcdefghijklmnopqrst", parse: supabaseProject},
		{Name: "bucket", Example: "videos", parse: text},
		{Name: "folder", Optional: true, Example: "2026/raw", parse: folderPath},
	},
	SignIn: uploader.SignInBearer,
	server: func(v Values) uploader.Server {
		object := "{path}"
		if v["folder"] != "" {
			object = v["folder"] + "/{path}"
		}
		return uploader.Server{
			Endpoint: "https://" + v["project"] + ".storage.supabase.co/storage/v1/upload/resumable",
			Options: uploader.ServerOptions{
				ChunkMin: 6 << 20, ChunkMax: 6 << 20, OverwriteHeader: "x-upsert: true",
				Metadata: metadata("filename=", "filetype=", "mtime=", "relativePath=",
					"bucketName="+v["bucket"], "objectName="+object, "contentType={type}", "cacheControl=3600"),
			},
		}
	},
	recognise: func(u *url.URL) (Values, bool) {
		project, ok := supabaseProject(u.String())
		return Values{"project": project}, ok
	},
}

var supabaseReference = matching("[a-z0-9]{20}")

// supabaseProject accepts the reference of a project, an address of its API, and that of
// its page in the dashboard.
func supabaseProject(text string) (string, bool) {
	if u, ok := parseAddress(text); ok && strings.Contains(u.Hostname(), ".") {
		switch host := u.Hostname(); {
		case host == "supabase.com" || host == "app.supabase.com":
			return supabaseReference(after(u.Path, "project"))
		case strings.HasSuffix(host, ".storage.supabase.co"):
			return supabaseReference(strings.TrimSuffix(host, ".storage.supabase.co"))
		case strings.HasSuffix(host, ".supabase.co"):
			return supabaseReference(strings.TrimSuffix(host, ".supabase.co"))
		}
	}
	return supabaseReference(text)
}
