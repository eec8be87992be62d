package presets_test

import (
	"errors"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/app/presets"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/netx"
	"github.com/ferryapp/ferry/uploader/tus"
)

// sample is a preset with values that a user may enter, and the server of them.
type sample struct {
	preset  string
	values  presets.Values
	want    uploader.Server
	address string // shows the preset and its values; "" if no address does
	shown   presets.Values
}

const (
	mebibyte = 1 << 20
	account  = "0123456789abcdef0123456789abcdef"
	folderID = "8e2f1c0a-1111-4222-8333-444455556666"
)

var samples = []sample{
	{
		preset: "tus", values: presets.Values{"address": "up.example.com/files/"},
		want: uploader.Server{Name: "up.example.com", Endpoint: "https://up.example.com/files/"},
	},
	{
		preset: "supabase", values: presets.Values{"project": "https://abcdefghijklmnopqrst.supabase.co", "bucket": "my videos", "folder": "/2026/raw/"},
		want: uploader.Server{
			Name: "abcdefghijklmnopqrst.storage.supabase.co", Endpoint: "https://abcdefghijklmnopqrst.storage.supabase.co/storage/v1/upload/resumable",
			Options: uploader.ServerOptions{
				Preset: "supabase", ChunkMin: 6 * mebibyte, ChunkMax: 6 * mebibyte, OverwriteHeader: "x-upsert: true",
				Metadata: "filename=\nfiletype=\nmtime=\nrelativePath=\nbucketName=my videos\nobjectName=2026/raw/{path}\ncontentType={type}\ncacheControl=3600",
			},
			Access: uploader.Access{SignIn: uploader.SignInBearer},
		},
		address: "https://supabase.com/dashboard/project/abcdefghijklmnopqrst/storage/buckets", shown: presets.Values{"project": "abcdefghijklmnopqrst"},
	},
	{
		preset: "cloudflare", values: presets.Values{"account": account},
		want: uploader.Server{
			Name: "api.cloudflare.com", Endpoint: "https://api.cloudflare.com/client/v4/accounts/" + account + "/stream",
			Options: uploader.ServerOptions{
				Preset: "cloudflare", ChunkMin: 5 * mebibyte, ChunkMax: 50 * mebibyte, ChunkMultiple: 256 << 10,
				Metadata:     "filename=\nfiletype=\nmtime=\nrelativePath=\nname={name}",
				LinkTemplate: "https://watch.cloudflarestream.com/{id}", AllowedHosts: "upload.cloudflarestream.com upload.videodelivery.net",
			},
			Access: uploader.Access{SignIn: uploader.SignInBearer},
		},
		address: "https://dash.cloudflare.com/" + account + "/stream/videos", shown: presets.Values{"account": account},
	},
	{
		preset: "directus", values: presets.Values{"address": "http://localhost:8055/admin/content", "folder": folderID},
		want: uploader.Server{
			Name: "localhost:8055", Endpoint: "http://localhost:8055/files/tus",
			Options: uploader.ServerOptions{
				Preset: "directus", ChunkMax: 8 * mebibyte, LinkTemplate: "http://localhost:8055/assets/{id}", HidesFinished: true,
				Metadata: "filename=\nfiletype=\nmtime=\nrelativePath=\nfilename_download={name}\ntype={type}\nfolder=" + folderID,
			},
			Access: uploader.Access{SignIn: uploader.SignInBearer},
		},
		address: "https://cms.example.com/sub/files/tus", shown: presets.Values{"address": "https://cms.example.com/sub"},
	},
	{
		preset: "opencloud", values: presets.Values{"address": "https://cloud.example.com/files/spaces/personal", "user": "Albert E.", "folder": "Fotos/Ísland 1"},
		want: uploader.Server{
			Name: "cloud.example.com", Endpoint: "https://cloud.example.com/remote.php/dav/files/Albert%20E./Fotos/%C3%8Dsland%201/",
			Options: uploader.ServerOptions{Preset: "opencloud", UploadPath: "{dir}", Folders: uploader.FoldersByMKCOL, Metadata: "filetype=\nrelativePath="},
			Access:  uploader.Access{SignIn: uploader.SignInBasic, User: "Albert E."},
		},
		address: "https://cloud.example.com/remote.php/dav/files/einstein/Photos/2026/",
		shown:   presets.Values{"address": "https://cloud.example.com", "user": "einstein", "folder": "Photos/2026"},
	},
	{
		preset: "opencloud", values: presets.Values{"address": "https://cloud.example.com", "user": "einstein", "space": "1284d238-aa92$4c510ada-c86b", "folders": "flat"},
		want: uploader.Server{
			Name: "cloud.example.com", Endpoint: "https://cloud.example.com/dav/spaces/1284d238-aa92$4c510ada-c86b/",
			Options: uploader.ServerOptions{Preset: "opencloud", UploadPath: "{dir}", Folders: uploader.FoldersFlat, Metadata: "filetype=\nrelativePath="},
			Access:  uploader.Access{SignIn: uploader.SignInBasic, User: "einstein"},
		},
		address: "https://cloud.example.com/dav/spaces/1284d238-aa92$4c510ada-c86b",
		shown:   presets.Values{"address": "https://cloud.example.com", "space": "1284d238-aa92$4c510ada-c86b"},
	},
	{
		preset: "filebrowser", values: presets.Values{"address": "files.example.com/files/Photos", "folder": "Photos/50%"},
		want: uploader.Server{
			Name: "files.example.com", Endpoint: "https://files.example.com/api/tus/Photos/50%25/",
			Options: uploader.ServerOptions{
				Preset: "filebrowser", UploadPath: "{path}", Metadata: "filename=\nfiletype=\nmtime=\nrelativePath=", OverwriteQuery: "override=true",
				EmptyPatch: true, HidesFinished: true,
			},
			Access: uploader.Access{SignIn: uploader.SignInHeaders},
		},
		address: "https://files.example.com/base/api/tus/Photos", shown: presets.Values{"address": "https://files.example.com/base", "folder": "Photos"},
	},
	{
		preset: "bunny", values: presets.Values{"collection": folderID},
		want: uploader.Server{
			Name: "video.bunnycdn.com", Endpoint: "https://video.bunnycdn.com/tusupload",
			Options: uploader.ServerOptions{
				Preset: "bunny", Metadata: "filename=\nmtime=\nrelativePath=\nfiletype={type}\ntitle={name}\ncollection=" + folderID,
			},
			Access: uploader.Access{SignIn: uploader.SignInHeaders},
		},
		address: "https://video.bunnycdn.com/tusupload", shown: presets.Values{},
	},
	{
		preset: "transloadit", values: presets.Values{"assembly": "https://api2-freja.transloadit.com/assemblies/0ab1"},
		want: uploader.Server{
			Name: "api2-freja.transloadit.com", Endpoint: "https://api2-freja.transloadit.com/resumable/files/",
			Options: uploader.ServerOptions{
				Preset: "transloadit", Metadata: "filetype=\nmtime=\nrelativePath=\nassembly_url=https://api2-freja.transloadit.com/assemblies/0ab1\nfieldname=file",
			},
		},
		address: "https://api2-freja.transloadit.com/assemblies/0ab1", shown: presets.Values{"assembly": "https://api2-freja.transloadit.com/assemblies/0ab1"},
	},
	{
		preset: "given", values: presets.Values{"url": "https://asia-files.tus.vimeo.com/files/vimeo-prod/ab12?x=1"},
		want: uploader.Server{
			Name: "asia-files.tus.vimeo.com", Endpoint: "https://asia-files.tus.vimeo.com/files/vimeo-prod/ab12?x=1",
			Options: uploader.ServerOptions{Preset: "given", GivenURL: true},
		},
		address: "https://asia-files.tus.vimeo.com/files/vimeo-prod/ab12", shown: presets.Values{"url": "https://asia-files.tus.vimeo.com/files/vimeo-prod/ab12"},
	},
	{
		preset: "given", values: presets.Values{"url": "https://upload.cloudflarestream.com/tus/ab12"},
		want: uploader.Server{
			Name: "upload.cloudflarestream.com", Endpoint: "https://upload.cloudflarestream.com/tus/ab12",
			Options: uploader.ServerOptions{Preset: "given", GivenURL: true, ChunkMin: 5 * mebibyte, ChunkMax: 50 * mebibyte, ChunkMultiple: 256 << 10},
		},
		address: "https://upload.cloudflarestream.com/tus/ab12", shown: presets.Values{"url": "https://upload.cloudflarestream.com/tus/ab12"},
	},
}

func TestServerOfPreset(t *testing.T) {
	t.Parallel()
	for _, s := range samples {
		t.Run(s.preset, func(t *testing.T) {
			t.Parallel()
			p, ok := presets.ByName(s.preset)
			if !ok {
				t.Fatal("no such preset")
			}
			got, err := p.Server(s.values)
			if diff := cmp.Diff(s.want, got); diff != "" || err != nil {
				t.Errorf("%v (-want +got):\n%s", err, diff)
			}
		})
	}
}

func TestRecognise(t *testing.T) {
	t.Parallel()
	for _, s := range samples {
		if s.address == "" {
			continue
		}
		p, values, ok := presets.Recognise(s.address)
		if !ok || p.Name != s.preset {
			t.Errorf("%s: recognised as %q", s.address, p.Name)
		}
		if diff := cmp.Diff(s.shown, values); diff != "" {
			t.Errorf("%s (-want +got):\n%s", s.address, diff)
		}
	}
	for _, address := range []string{
		"", "https://up.example.com/files/", "https://example.com/", "localhost:1080/files/", "https://user:secret@video.bunnycdn.com/", "https://supabase.co/",
		"https://evil.example/api.cloudflare.com/accounts/" + account, "https://tus.vimeo.com.evil.example/files/1", "ftp://video.bunnycdn.com/", "https://[::1", "https://256.1.1.1/api/tus/",
	} {
		if p, _, ok := presets.Recognise(address); ok {
			t.Errorf("%s: recognised as %q", address, p.Name)
		}
	}
}

// TestContract checks what every preset guarantees.
func TestContract(t *testing.T) {
	t.Parallel()
	for _, p := range presets.All() {
		t.Run(p.Name, func(t *testing.T) {
			t.Parallel()
			var own []sample
			for _, s := range samples {
				if s.preset == p.Name {
					own = append(own, s)
				}
			}
			if len(own) == 0 {
				t.Fatal("no sample: add one to samples")
			}
			for _, s := range own {
				checkServer(t, p, s)
				checkFields(t, p, s)
			}
			if byName, ok := presets.ByName(p.Name); !ok || byName.Name != p.Name {
				t.Error("not found by its name")
			}
		})
	}
}

// checkServer checks that a server of a preset can be used as it is.
func checkServer(t *testing.T, p presets.Preset, s sample) {
	t.Helper()
	server, err := p.Server(s.values)
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(server.Endpoint)
	if err != nil || u.User != nil || u.Scheme != "https" && u.Hostname() != "localhost" || u.Host != server.Name {
		t.Errorf("endpoint is %q, %v", server.Endpoint, err)
	}
	options := server.Options
	if _, err := uploader.ParseMetadata(options.Metadata); err != nil {
		t.Error(err)
	}
	if _, err := uploader.ParseLinkTemplate(options.LinkTemplate); err != nil && options.LinkTemplate != "" {
		t.Error(err)
	}
	if err := tus.CheckOverwrite(options.OverwriteHeader, options.OverwriteQuery); err != nil {
		t.Error(err)
	}
	for host := range strings.FieldsSeq(options.AllowedHosts) {
		if u, err := url.Parse("https://" + host); err != nil || netx.HostOf(u) != host || host == server.Name {
			t.Errorf("allowed host %q, %v", host, err)
		}
	}
	if err := uploader.ParseUploadPath(options.UploadPath); err != nil {
		t.Error(err)
	}
	if options.ChunkMax > 0 && (options.ChunkMin > options.ChunkMax || options.ChunkMultiple > options.ChunkMax) {
		t.Errorf("chunk sizes %d, %d, %d", options.ChunkMin, options.ChunkMax, options.ChunkMultiple)
	}
	if server.ID != 0 || server.Access.SecretName != "" || server.Access.SignIn != p.SignIn {
		t.Errorf("server is %+v", server)
	}
}

// checkFields checks that a preset reports each field that is missing or not valid.
func checkFields(t *testing.T, p presets.Preset, s sample) {
	t.Helper()
	with := func(name, value string) presets.Values {
		values := presets.Values{name: value}
		for n, v := range s.values {
			if n != name {
				values[n] = v
			}
		}
		return values
	}
	wantFault := func(values presets.Values, want presets.FieldError) {
		t.Helper()
		var got *presets.FieldError
		if _, err := p.Server(values); !errors.As(err, &got) || *got != want {
			t.Errorf("Server(%q): %v, want %v", values, err, want.Error())
		}
	}
	for _, f := range p.Fields {
		invalid := presets.FieldError{Preset: p.Name, Field: f.Name}
		for _, value := range []string{"a\nb=c", "a\x00", "{sha256}"} {
			wantFault(with(f.Name, value), invalid)
		}
		if f.Optional || len(f.Choices) > 0 {
			if _, err := p.Server(with(f.Name, " ")); err != nil {
				t.Error(err)
			}
		} else {
			wantFault(with(f.Name, " "), invalid)
		}
		if len(f.Choices) == 0 && f.Example == "" {
			t.Errorf("field %s has no example", f.Name)
		}
	}
	wantFault(with("nothing", "1"), presets.FieldError{Preset: p.Name, Field: "nothing", Unknown: true})
}

func TestEveryTextExists(t *testing.T) {
	for _, language := range words.Languages() {
		if err := words.Load(string(language)); err != nil {
			t.Fatal(err)
		}
		for _, key := range presetKeys() {
			if text := words.Text(key); text == key || strings.Contains(text, "{{") {
				t.Errorf("%s: no text %s", language, key)
			}
		}
	}
}

func presetKeys() []string {
	var keys []string
	for _, p := range presets.All() {
		keys = append(keys, p.TextKey(), p.TextKey()+".help")
		if p.SignIn != uploader.SignInNone {
			keys = append(keys, p.TextKey()+".sign-in")
		}
		for _, f := range p.Fields {
			keys = append(keys, p.FieldKey(f), p.FieldKey(f)+".help")
			for _, choice := range f.Choices {
				keys = append(keys, p.FieldKey(f)+"."+choice)
			}
		}
	}
	return keys
}

func TestNamesAreUnique(t *testing.T) {
	t.Parallel()
	var names []string
	for _, p := range presets.All() {
		if slices.Contains(names, p.Name) {
			t.Errorf("two presets %s", p.Name)
		}
		names = append(names, p.Name)
		var fields []string
		for _, f := range p.Fields {
			if slices.Contains(fields, f.Name) || f.Name == "help" || f.Name == "sign-in" {
				t.Errorf("%s: field %s", p.Name, f.Name)
			}
			fields = append(fields, f.Name)
		}
	}
	if _, ok := presets.ByName("nothing"); ok {
		t.Error("found a preset that does not exist")
	}
}

// FuzzServer checks that no value makes a server that cannot be used.
func FuzzServer(f *testing.F) {
	for _, s := range samples {
		for _, value := range s.values {
			f.Add(value)
		}
		f.Add(s.address)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if p, values, ok := presets.Recognise(text); ok {
			for name := range values {
				if !slices.ContainsFunc(p.Fields, func(f presets.Field) bool { return f.Name == name }) {
					t.Errorf("%s: recognised value %s", p.Name, name)
				}
			}
		}
		for _, p := range presets.All() {
			values := presets.Values{}
			for _, f := range p.Fields {
				if values[f.Name] = text; len(f.Choices) > 0 {
					values[f.Name] = f.Choices[0]
				}
			}
			server, err := p.Server(values)
			if err != nil {
				continue
			}
			if u, err := url.Parse(server.Endpoint); err != nil || u.Host == "" {
				t.Errorf("%s: endpoint of %q is %q, %v", p.Name, text, server.Endpoint, err)
			}
			if _, err := uploader.ParseMetadata(server.Options.Metadata); err != nil {
				t.Errorf("%s: metadata of %q: %v", p.Name, text, err)
			}
		}
	})
}
