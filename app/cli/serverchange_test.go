package cli

import (
	"io"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
)

// TestEveryServerFlagChangesTheServer parses each flag of a server and compares the server
// that it makes of a saved one.
func TestEveryServerFlagChangesTheServer(t *testing.T) {
	if err := words.Load("en"); err != nil {
		t.Fatal(err)
	}
	saved := uploader.Server{
		ID: 7, Name: "Studio", Endpoint: "https://a.example/files/", OriginalEndpoint: "https://old.example/",
		Options: uploader.ServerOptions{
			ChunkMin: 1, ChunkMax: 5 << 20, ChunkMultiple: 2, Connections: 3, MaxFiles: 4, Limit: 5, Metadata: "a=1\nb 2", AllowedHosts: "x.example",
			SendsVersion: true, MaxBody: 6, Checksums: true,
		},
		Access: uploader.Access{SignIn: uploader.SignInBasic, User: "me", SecretName: "s", CA: "/ca", Certificate: "/cert", Key: "/key", Proxy: "none"},
	}
	dir := t.TempDir()
	certificates := []string{filepath.Join(dir, "a"), filepath.Join(dir, "b")}
	for _, test := range []struct {
		name string
		args []string
		want func(*uploader.Server)
	}{
		{"nothing", nil, func(*uploader.Server) {}},
		{"name", []string{"--name", " Lab "}, func(s *uploader.Server) { s.Name = "Lab" }},
		{"URL", []string{"--url", "https://b.example"}, func(s *uploader.Server) { s.Endpoint = "https://b.example/" }},
		{"chunk sizes", []string{"--chunk-min=6MiB", "--chunk-max=8MB", "--chunk-multiple=256KiB"}, func(s *uploader.Server) {
			s.Options.ChunkMin, s.Options.ChunkMax, s.Options.ChunkMultiple = 6<<20, 8e6, 256<<10
		}},
		{"no chunk sizes", []string{"--chunk-min=none", "--chunk-max=none", "--chunk-multiple=none"}, func(s *uploader.Server) {
			s.Options.ChunkMin, s.Options.ChunkMax, s.Options.ChunkMultiple = 0, 0, 0
		}},
		{"limits", []string{"--connections=2", "--files=9", "--limit=3MB/s"}, func(s *uploader.Server) {
			s.Options.Connections, s.Options.MaxFiles, s.Options.Limit = 2, 9, 3e6
		}},
		{"no limits", []string{"--connections=0", "--files=0", "--limit=none"}, func(s *uploader.Server) {
			s.Options.Connections, s.Options.MaxFiles, s.Options.Limit = 0, 0, 0
		}},
		{"switches", []string{"--given", "--method-override", "--no-checksums", "--one-request"}, func(s *uploader.Server) {
			s.Options.GivenURL, s.Options.MethodOverride, s.Options.Checksums, s.Options.OneRequest = true, true, false, true
		}},
		{"uploads", []string{"--upload-path=in/{path}", "--folders=mkcol", "--link=https://h/{id}", "--id-headers=X-Id, Y-Id", "--overwrite-with=x-upsert: true"}, func(s *uploader.Server) {
			s.Options.UploadPath, s.Options.Folders, s.Options.LinkTemplate = "in/{path}", uploader.FoldersByMKCOL, "https://h/{id}"
			s.Options.IDHeaders, s.Options.OverwriteHeader = "X-Id, Y-Id", "x-upsert: true"
		}},
		{"overwrite with a query", []string{"--overwrite-with=?override=true"}, func(s *uploader.Server) { s.Options.OverwriteQuery = "override=true" }},
		{"folders in the metadata", []string{"--folders=metadata", "--upload-path=none", "--link=none", "--id-headers=none", "--overwrite-with=none"}, func(*uploader.Server) {}},
		{"metadata", []string{"--metadata", "b={name}", "--metadata", "mtime="}, func(s *uploader.Server) { s.Options.Metadata = "a=1\nb={name}\nmtime=" }},
		{"no metadata", []string{"--metadata", "none"}, func(s *uploader.Server) { s.Options.Metadata = "" }},
		{"hosts", []string{"--allow-host", "Y.example", "--allow-host", "x.example"}, func(s *uploader.Server) { s.Options.AllowedHosts = "x.example y.example" }},
		{"no hosts", []string{"--allow-host", "none"}, func(s *uploader.Server) { s.Options.AllowedHosts = "" }},
		{"certificate files", []string{"--ca", certificates[0], "--cert", certificates[1]}, func(s *uploader.Server) {
			s.Access.CA, s.Access.Certificate, s.Access.Key = certificates[0], certificates[1], ""
		}},
		{"no certificate files", []string{"--ca", "none", "--cert", "none"}, func(s *uploader.Server) {
			s.Access.CA, s.Access.Certificate, s.Access.Key = "", "", ""
		}},
		{"proxy", []string{"--proxy", "socks5://p.example:1080"}, func(s *uploader.Server) { s.Access.Proxy = "socks5://p.example:1080" }},
		{"system's proxy", []string{"--proxy", "system"}, func(s *uploader.Server) { s.Access.Proxy = "" }},
		{"token", []string{"--bearer"}, func(s *uploader.Server) { s.Access.SignIn, s.Access.User = uploader.SignInBearer, "" }},
		{"user", []string{"--user", "you"}, func(s *uploader.Server) { s.Access.User = "you" }},
		{"no sign-in", []string{"--no-sign-in"}, func(s *uploader.Server) { s.Access.SignIn, s.Access.User = uploader.SignInNone, "" }},
	} {
		t.Run(test.name, func(t *testing.T) {
			parsed, err := Parse(append([]string{"server", "edit", "Studio"}, test.args...), io.Discard)
			if err != nil {
				t.Fatal(err)
			}
			want := saved
			test.want(&want)
			if diff := cmp.Diff(want, changed(saved, parsed.ServerEdit.Change)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestServerOfPreset(t *testing.T) {
	if err := words.Load("en"); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name     string
		args     []string
		endpoint string
		check    func(uploader.Server) bool
	}{
		{"fields", []string{"--preset=supabase", "--set", "project=abcdefghijklmnopqrst", "--set", "bucket=videos", "--metadata", "cacheControl=60"}, "https://abcdefghijklmnopqrst.storage.supabase.co/storage/v1/upload/resumable", func(s uploader.Server) bool {
			return s.Options.ChunkMax == 6<<20 && s.Options.ChunkMin == 6<<20 && s.Access.SignIn == uploader.SignInBearer && s.Options.Metadata[len(s.Options.Metadata)-15:] == "cacheControl=60"
		}},
		{"address with fields", []string{"--preset=supabase", "--set", "bucket=videos", "https://supabase.com/dashboard/project/abcdefghijklmnopqrst"}, "https://abcdefghijklmnopqrst.storage.supabase.co/storage/v1/upload/resumable", func(uploader.Server) bool { return true }},
		{"address of a field", []string{"--preset=directus", "https://d.example"}, "https://d.example/files/tus", func(s uploader.Server) bool { return s.Options.Preset == "directus" }},
		{"given upload URL", []string{"--given", "https://a.example/1?x=y"}, "https://a.example/1?x=y", func(s uploader.Server) bool { return s.Options.GivenURL }},
		{"option of the preset replaced", []string{"--preset=tus", "--chunk-max=1MB", "https://a.example/"}, "https://a.example/", func(s uploader.Server) bool { return s.Options.ChunkMax == 1e6 }},
	} {
		t.Run(test.name, func(t *testing.T) {
			parsed, err := Parse(append([]string{"server", "add"}, test.args...), io.Discard)
			if err != nil {
				t.Fatal(err)
			}
			if got := changed(uploader.Server{}, parsed.ServerAdd.Change); got.Endpoint != test.endpoint || !test.check(got) {
				t.Errorf("got %+v", got)
			}
		})
	}
}

func TestShownMetadataHasNoSecrets(t *testing.T) {
	got := shownMetadata("title={name}\ntoken=abc\nvideo_id 5\napi_key xyz\nmtime=\ntoken2=")
	if diff := cmp.Diff([]string{"title={name}", "token=…", "video_id 5", "api_key=…", "mtime=", "token2="}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestExactSizeIsParsedAgain(t *testing.T) {
	for _, bytes := range []int64{minSize, 6 << 20, 6e6, 256 << 10, 1<<30 + 1, 5 << 30, 250_000, maxSize} {
		if got, err := parseSize("--chunk", exactSize(bytes)); err != nil || got != bytes {
			t.Errorf("%d is shown as %s, which is %d, %v", bytes, exactSize(bytes), got, err)
		}
	}
}
