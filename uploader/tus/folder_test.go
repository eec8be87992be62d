package tus_test

import (
	"net/http"
	"testing"

	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/tus"
)

// TestG1FolderIsMadeByMKCOL is about the responses to MKCOL, which have no Tus-Resumable.
func TestG1FolderIsMadeByMKCOL(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		status int
		kind   fault.Kind
		code   string
		ok     bool
	}{
		"created":                   {status: 201, ok: true},
		"exists":                    {status: 405, ok: true},
		"parent is missing":         {status: 409, kind: fault.Refused, code: fault.CodeFolderMissing},
		"not allowed":               {status: 403, kind: fault.Refused},
		"sign-in":                   {status: 401, kind: fault.Auth, code: fault.CodeSignInRejected},
		"locked":                    {status: 423, kind: fault.Busy},
		"no space":                  {status: 507, kind: fault.Quota},
		"unsupported":               {status: 501, kind: fault.Refused},
		"server error":              {status: 500, kind: fault.Transient},
		"page of a network":         {status: 200, kind: fault.Transient, code: fault.CodeForeignResponse},
		"redirect that drops it":    {status: 302, kind: fault.Transient, code: fault.CodeForeignResponse},
		"address of another server": {status: 404, kind: fault.Refused},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newFakeServer(t, respondPlain(c.status, "Location: https://sign-in.example/"))
			client, err := tus.New(tus.Config{Endpoint: s.URL + "/dav/a%20b/?x=1", SendsVersion: true, Header: http.Header{"Authorization": {"Bearer secret"}}})
			if err != nil {
				t.Fatal(err)
			}
			err = client.MakeFolder(t.Context(), []string{"Ísland 1", "50% /?#"})
			if f := fault.Of(err); (err == nil) != c.ok || err != nil && (f.Kind != c.kind || f.Code != c.code || f.Op != fault.MakeFolder) {
				t.Errorf("got %v", err)
			}
			r := s.lastRequest(t)
			if want := "/dav/a%20b/%C3%8Dsland%201/50%25%20%2F%3F%23?x=1"; r.Method != "MKCOL" || r.RequestURI != want {
				t.Errorf("request is %s %s, want MKCOL %s", r.Method, r.RequestURI, want)
			}
			if r.Header.Get("Authorization") != "Bearer secret" || r.Header.Get("Tus-Resumable") != "" {
				t.Errorf("header is %v", r.Header)
			}
		})
	}
}

// TestG3PathIsEncodedBySegment is about servers with a URL for each file.
func TestG3PathIsEncodedBySegment(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		endpoint string
		path     []string
		want     string // "": the request is refused
	}{
		"none":                         {"/api/tus/", nil, "/api/tus/"},
		"endpoint without slash":       {"/api/tus", []string{"a"}, "/api/tus/a"},
		"query of the endpoint":        {"/api/tus/?override=false", []string{"a", "b"}, "/api/tus/a/b?override=false"},
		"characters with meaning":      {"/api/tus/", []string{"a/b?c#d%e f"}, "/api/tus/a%2Fb%3Fc%23d%25e%20f"},
		"encoded endpoint":             {"/api/a%2Fb/", []string{"ü"}, "/api/a%2Fb/%C3%BC"},
		"bytes that are no UTF-8":      {"/api/", []string{"a\xffb"}, "/api/a%FFb"},
		"name like a parent folder":    {"/api/tus/", []string{"..", "etc"}, ""},
		"name like the current folder": {"/api/tus/", []string{"a", "."}, ""},
		"empty name":                   {"/api/tus/", []string{"a", ""}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newFakeServer(t, respond(201, "Location: /u/1"))
			client, err := tus.New(tus.Config{Endpoint: s.URL + c.endpoint})
			if err != nil {
				t.Fatal(err)
			}
			_, err = client.Create(t.Context(), tus.CreateRequest{Size: 1, Path: c.path})
			if c.want == "" {
				if !fault.Is(err, fault.Refused) {
					t.Errorf("got %v", err)
				}
				return
			}
			if got := s.lastRequest(t).RequestURI; got != c.want || err != nil {
				t.Errorf("request to %s, %v, want %s", got, err, c.want)
			}
		})
	}
}
