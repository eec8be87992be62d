package uploader_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/source"
)

const uploadURL = "https://s.example/files/24e5%2F33?x=1"

func finished(result *uploader.Result) *uploader.Transfer {
	return &uploader.Transfer{
		Phase: uploader.PhaseDone, Session: uploader.Session{URL: uploadURL}, Result: result,
		Source: source.File{Path: "/home/me/a b&c.mov", RelPath: "raws/a b&c.mov", Size: 42},
	}
}

func TestM6LinkToFinishedFile(t *testing.T) {
	const cdn = "https://cdn.example/f/7"
	for _, c := range []struct {
		name, template string
		result         *uploader.Result
		want           string
	}{
		{"nothing but the upload", "", nil, uploadURL},
		{"answer is a link", "", &uploader.Result{Answer: cdn}, cdn},
		{"answer has a link", "", &uploader.Result{Answer: `{"id":7,"url":"` + cdn + `"}`}, cdn},
		{"answer has a link in data", "", &uploader.Result{Answer: `{"data":{"link":"` + cdn + `"}}`}, cdn},
		{"answer is text", "", &uploader.Result{Answer: "thanks"}, uploadURL},
		{"answer is no link to the web", "", &uploader.Result{Answer: `{"url":"javascript:alert(1)"}`}, uploadURL},
		{"answer has a user", "", &uploader.Result{Answer: "https://me:pw@cdn.example/"}, uploadURL},
		{"ID of a header", "https://d.example/assets/{id}", &uploader.Result{ID: "8c/b b"}, "https://d.example/assets/8c%2Fb%20b"},
		{"ID of the upload", "https://d.example/assets/{id}", nil, "https://d.example/assets/33"},
		{"name in a query", "https://d.example/?f={name}&s={size}", nil, "https://d.example/?f=a%20b%26c.mov&s=42"},
		{"path", "https://d.example/{path}", nil, "https://d.example/raws/a%20b%26c.mov"},
		{"stem and extension", "https://d.example/{stem}/{ext}", nil, "https://d.example/a%20b%26c/mov"},
		{"folder and time", "https://d.example/{dir}/{mtime}", nil, "https://d.example/raws/-62135596800"},
		{"begins with the upload", "{url}/view", nil, uploadURL + "/view"},
		{"upload as a value", "https://d.example/?u={url}", nil, "https://d.example/?u=https%3A%2F%2Fs.example%2Ffiles%2F24e5%252F33%3Fx%3D1"},
		{"begins with the server's link", "{link}?download", &uploader.Result{Answer: cdn}, cdn + "?download"},
		{"server's link is missing", "{link}?download", nil, uploadURL},
		{"hash is missing", "https://d.example/{sha256}", nil, uploadURL},
		{"damaged template", "https://d.example/{what}", nil, uploadURL},
	} {
		t.Run(c.name, func(t *testing.T) {
			server := uploader.Server{Options: uploader.ServerOptions{LinkTemplate: c.template}}
			if got := uploader.Link(server, finished(c.result), ""); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
	options := uploader.ServerOptions{LinkTemplate: "http://d/{path}?{stem}"}
	renamed := finished(nil)
	renamed.NameNumber = 2
	if got := uploader.Link(uploader.Server{Options: options}, renamed, ""); got != "http://d/raws/a%20b%26c%20%282%29.mov?a%20b%26c%20%282%29" {
		t.Errorf("link %q to a file that was renamed", got)
	}
	options.Folders = uploader.FoldersFlat
	if got := uploader.Link(uploader.Server{Options: options}, finished(nil), ""); got != "http://d/a%20b%26c.mov?a%20b%26c" {
		t.Errorf("link %q on a server without folders", got)
	}
	hashed := finished(nil)
	hashed.SHA256 = "\x00\xff"
	if got := uploader.Link(uploader.Server{Options: uploader.ServerOptions{LinkTemplate: "http://d/{sha256}"}}, hashed, ""); got != "http://d/00ff" {
		t.Errorf("got %q", got)
	}
}

func TestM6LinkTemplateIsValidated(t *testing.T) {
	for _, text := range []string{
		"", " ", "https://", "https://{id}", "https://h{id}/x", "https://h:{size}/", "ftp://h/{id}", "/{id}", "{id}", "{name}/x", "https://me:pw@h/{id}",
		"https://h/{id", "https://h/id}", "https://h/{what}", "https://h/{ID}", "https://h/{}", "https://h/a b", "https://h/\n{id}", "https://h/\u202e{id}",
		"https://h/" + strings.Repeat("x", 2048),
	} {
		if _, err := uploader.ParseLinkTemplate(text); err == nil {
			t.Errorf("%q is accepted", text)
		}
	}
	for _, text := range []string{"https://h/{id}", "http://h", "https://h?{id}", "https://h#{id}", "{url}", "{link}#{name}", " https://h/猫/{id} "} {
		if _, err := uploader.ParseLinkTemplate(text); err != nil {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestM4IDHeadersAreValidated(t *testing.T) {
	for text, want := range map[string]string{" X-Id,  Other-Id\n": "X-Id Other-Id", " ": "", "": ""} {
		if got, err := uploader.ParseIDHeaders(text); strings.Join(got, " ") != want || err != nil {
			t.Errorf("%q: got %q, %v", text, got, err)
		}
	}
	for _, text := range []string{"X-Id: 1", "文件", "a;b"} {
		if got, err := uploader.ParseIDHeaders(text); err == nil {
			t.Errorf("%q is accepted as %q", text, got)
		}
	}
}

func FuzzLinkTemplate(f *testing.F) {
	f.Add("https://h/{id}?{name}", "1", "a.txt", "")
	f.Add("{url}/{path}", "", "../..", "https://cdn/x")
	f.Add("{link}", "\x00", "\xff", `{"url":"https://[::1]:80/"}`)
	f.Add("https://h?{ext}", "/", "", "")
	f.Fuzz(func(t *testing.T, template, id, name, answer string) {
		parsed, err := uploader.ParseLinkTemplate(template)
		_ = parsed
		if err != nil {
			return
		}
		transfer := finished(uploader.NewResult(id, answer))
		transfer.Source = source.File{Path: "/x/" + name, RelPath: name}
		link := uploader.Link(uploader.Server{Options: uploader.ServerOptions{LinkTemplate: template}}, transfer, "")
		u, err := url.Parse(link)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.User != nil {
			t.Fatalf("link %q of %q", link, template)
		}
		if begin := strings.TrimSpace(template); !strings.HasPrefix(begin, "{") && link != uploadURL && link != transfer.Result.Link() {
			want, _ := url.Parse(begin[:strings.IndexAny(begin+"{", "{")])
			if want == nil || u.Host != want.Host || u.Scheme != want.Scheme {
				t.Fatalf("link %q of %q is on another host", link, template)
			}
		}
	})
}
