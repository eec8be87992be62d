package worker_test

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/tus"
	"github.com/ferryapp/ferry/uploader/uploadtest"
	"github.com/ferryapp/ferry/uploader/worker"
)

// scriptedServer responds to each method in one way, and records the requests.
type scriptedServer struct {
	*httptest.Server
	mu       sync.Mutex
	requests []*http.Request
	bodies   int64 // bytes of all request bodies
}

// newScriptedServer starts a server with the handlers of methods; others get 404.
func newScriptedServer(t *testing.T, methods map[string]http.HandlerFunc) *scriptedServer {
	t.Helper()
	s := &scriptedServer{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.requests = append(s.requests, r)
		s.bodies += max(r.ContentLength, 0)
		s.mu.Unlock()
		if respond := methods[r.Method]; respond != nil {
			respond(w, r)
			return
		}
		http.NotFound(w, r)
	}))
	t.Cleanup(s.Close)
	return s
}

// methods returns the methods of the requests, in order.
func (s *scriptedServer) methods() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var methods []string
	for _, r := range s.requests {
		methods = append(methods, r.Method)
	}
	return methods
}

// response returns a handler that responds with a status and headers, as "Name: value".
func response(status int, headers ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for _, line := range headers {
			name, value, _ := strings.Cut(line, ": ")
			w.Header().Set(name, value)
		}
		w.WriteHeader(status)
	}
}

func testServer(t *testing.T, endpoint string, options uploader.ServerOptions) (uploader.ServerTest, error) {
	t.Helper()
	client, err := tus.New(tus.Config{Endpoint: endpoint, HTTP: &http.Transport{DisableKeepAlives: true}})
	if err != nil {
		t.Fatal(err)
	}
	return worker.Test(t.Context(), uploader.Server{Endpoint: endpoint, Options: options}, client)
}

// TestA1EveryOptionsResponseWithEveryCreation tests servers with each response to OPTIONS
// and each response to POST.
func TestA1EveryOptionsResponseWithEveryCreation(t *testing.T) {
	const version = "Tus-Resumable: 1.0.0"
	page := "Content-Type: text/html; charset=utf-8"
	told := response(http.StatusNoContent, version, "Tus-Version: 1.0.0", "Tus-Extension: creation,termination")
	options := map[string]struct {
		handler http.HandlerFunc
		kind    tus.OptionsKind // "" if it tells the capabilities
	}{
		"told":           {told, ""},
		"rejected, 400":  {response(400), tus.OptionsRejected},
		"rejected, 403":  {response(403), tus.OptionsRejected},
		"rejected, 405":  {response(405, "Allow: POST"), tus.OptionsRejected},
		"rejected, 406":  {response(406), tus.OptionsRejected},
		"rejected, 501":  {response(501, page), tus.OptionsRejected},
		"not found":      {response(404, page), tus.OptionsNotFound},
		"redirect":       {response(302, "Location: http://login.invalid/"), tus.OptionsRedirect},
		"empty, 200":     {response(200, "Allow: POST"), tus.OptionsEmpty},
		"CORS preflight": {response(204, "Access-Control-Allow-Origin: *"), tus.OptionsPreflight},
		"page":           {response(200, page), tus.OptionsPage},
	}
	upload := "Location: /files/1"
	posts := map[string]struct {
		create, head, terminate http.HandlerFunc
		outcome                 uploader.TestOutcome
		result                  uploader.CreationResult
		kind                    fault.Kind // of the fault, or of the error
		code                    string
		fails                   bool // with an error: the server could not be tested
	}{
		"created, removed":                  {create: response(201, version, upload), terminate: response(204, version), outcome: uploader.TestUndeclared, result: uploader.CreationRemoved},
		"created with 200, removed":         {create: response(200, version, upload), terminate: response(200, version), outcome: uploader.TestUndeclared, result: uploader.CreationRemoved},
		"created, DELETE is rejected":       {create: response(201, version, upload), terminate: response(405, version), outcome: uploader.TestUndeclared, result: uploader.CreationLeft, kind: fault.Refused},
		"created, DELETE is not allowed":    {create: response(201, version, upload), terminate: response(403, version), outcome: uploader.TestUndeclared, result: uploader.CreationLeft, kind: fault.Refused},
		"created without the version":       {create: response(201, upload), head: response(200, "Upload-Offset: 0", "Upload-Length: 1"), terminate: response(204), outcome: uploader.TestUndeclared, result: uploader.CreationRemoved},
		"created on a host not yet allowed": {create: response(201, version, "Location: http://media.invalid/1"), outcome: uploader.TestUndeclared, result: uploader.CreationLeft, kind: fault.Refused, code: fault.CodeHostNotAllowed},
		"web server, 404":                   {create: response(404, page), outcome: uploader.TestNotTus, result: uploader.CreationRefused, kind: fault.NotTus, code: fault.CodeWebServer},
		"web server, 405":                   {create: response(405), outcome: uploader.TestNotTus, result: uploader.CreationRefused, kind: fault.NotTus, code: fault.CodeWebServer},
		"web server, 501":                   {create: response(501, page), outcome: uploader.TestNotTus, result: uploader.CreationRefused, kind: fault.NotTus, code: fault.CodeWebServer},
		"sign-in page of a network":         {create: response(200, page), outcome: uploader.TestNotTus, result: uploader.CreationRefused, kind: fault.NotTus, code: fault.CodeWebServer},
		"other interface":                   {create: response(200, "Content-Type: application/json"), outcome: uploader.TestNotTus, result: uploader.CreationRefused, kind: fault.NotTus},
		"created without a Location":        {create: response(201, version), outcome: uploader.TestNotTus, result: uploader.CreationRefused, kind: fault.NotTus, code: fault.CodeNoUploadURL},
		"refused, 400":                      {create: response(400, version), outcome: uploader.TestRefused, result: uploader.CreationRefused, kind: fault.Refused},
		"refused, 404 of a tus server":      {create: response(404, version), outcome: uploader.TestRefused, result: uploader.CreationRefused, kind: fault.Refused},
		"refused, 413":                      {create: response(413), outcome: uploader.TestRefused, result: uploader.CreationRefused, kind: fault.TooLarge},
		"refused, 507":                      {create: response(507), outcome: uploader.TestRefused, result: uploader.CreationRefused, kind: fault.Quota},
		"redirect":                          {create: response(302, "Location: /login"), outcome: uploader.TestRefused, result: uploader.CreationRefused, kind: fault.Refused, code: fault.CodeRedirected},
		"sign-in":                           {create: response(401), fails: true, kind: fault.Auth},
		"server error":                      {create: response(500), fails: true, kind: fault.Transient},
		"overloaded":                        {create: response(503), fails: true, kind: fault.Busy},
		"redirect to another host":          {create: response(307, "Location: http://media.invalid/"), fails: true, kind: fault.Refused, code: fault.CodeHostNotAllowed},
	}
	for optionsName, asked := range options {
		for postName, post := range posts {
			t.Run(optionsName+"; "+postName, func(t *testing.T) {
				t.Parallel()
				server := newScriptedServer(t, map[string]http.HandlerFunc{
					http.MethodOptions: asked.handler, http.MethodPost: post.create, http.MethodHead: post.head, http.MethodDelete: post.terminate,
				})
				got, err := testServer(t, server.URL+"/files/", uploader.ServerOptions{})
				if asked.kind == "" {
					if err != nil || !got.Capabilities.Known || got.Outcome() != uploader.TestReady || len(server.methods()) != 1 {
						t.Errorf("got %+v, %v after %v", got, err, server.methods())
					}
					return
				}
				if post.fails {
					if !fault.Is(err, post.kind) || fault.Of(err).Code != post.code {
						t.Errorf("error is %v, want kind %v", err, post.kind)
					}
					return
				}
				if err != nil || got.Capabilities.Known || got.Capabilities.Response.Kind != asked.kind {
					t.Errorf("response to OPTIONS: %+v, %v, want kind %q", got.Capabilities, err, asked.kind)
				}
				if got.Outcome() != post.outcome || got.Creation.Result != post.result {
					t.Errorf("outcome %v, creation %+v", got.Outcome(), got.Creation)
				}
				if f := got.Creation.Fault; (f == nil) != (post.kind == 0) || f != nil && (f.Kind != post.kind || f.Code != post.code) {
					t.Errorf("fault %+v, want kind %v, code %q", f, post.kind, post.code)
				}
				if n := count(server.methods(), http.MethodPost); n != 1 {
					t.Errorf("%d uploads were created", n)
				}
			})
		}
	}
}

func count(methods []string, method string) int {
	return len(slices.DeleteFunc(methods, func(m string) bool { return m != method }))
}

// TestA1CreationDeclaresOneByteAndSendsNone checks the request that tests a server: the
// upload never completes, and has what the user configured for files.
func TestA1CreationDeclaresOneByteAndSendsNone(t *testing.T) {
	server := newScriptedServer(t, map[string]http.HandlerFunc{
		http.MethodPost:   response(http.StatusCreated, "Tus-Resumable: 1.0.0", "Location: /files/1"),
		http.MethodDelete: response(http.StatusNoContent, "Tus-Resumable: 1.0.0"),
	})
	names := map[string]bool{}
	for range 2 {
		got, err := testServer(t, server.URL+"/files/", uploader.ServerOptions{Metadata: "bucket films\nobject {name}"})
		if err != nil || got.Creation.Result != uploader.CreationRemoved {
			t.Fatalf("got %+v, %v", got, err)
		}
		names[got.Creation.Name] = true
		post := server.requests[len(server.requests)-2]
		if post.Method != http.MethodPost || post.Header.Get("Upload-Length") != fmt.Sprint(uploader.TestUploadSize) || post.Header.Get("Upload-Defer-Length") != "" {
			t.Errorf("%s with %v", post.Method, post.Header)
		}
		metadata := post.Header.Get("Upload-Metadata")
		for key, value := range map[string]string{"filename": got.Creation.Name, "bucket": "films", "object": got.Creation.Name} {
			if entry := key + " " + base64.StdEncoding.EncodeToString([]byte(value)); !slices.Contains(strings.Split(metadata, ","), entry) {
				t.Errorf("metadata %q does not contain %s=%s", metadata, key, value)
			}
		}
	}
	if server.bodies != 0 {
		t.Errorf("%d bytes were sent", server.bodies)
	}
	if len(names) != 2 {
		t.Errorf("names of the uploads: %v", names)
	}
}

// TestA1UploadIsCreatedWhereFilesAre is about servers whose uploads have a URL for each file.
func TestA1UploadIsCreatedWhereFilesAre(t *testing.T) {
	server := newScriptedServer(t, map[string]http.HandlerFunc{
		http.MethodPost:   response(http.StatusCreated, "Tus-Resumable: 1.0.0", "Location: /files/1"),
		http.MethodDelete: response(http.StatusNoContent, "Tus-Resumable: 1.0.0"),
	})
	for _, c := range []struct {
		options uploader.ServerOptions
		path    string // without the name of the upload
		named   bool
	}{
		{uploader.ServerOptions{UploadPath: "{path}"}, "/files/", true},
		{uploader.ServerOptions{UploadPath: "inbox/{stem}"}, "/files/inbox/", true},
		{uploader.ServerOptions{UploadPath: "{dir}", Folders: uploader.FoldersByMKCOL}, "/files/", false},
		{uploader.ServerOptions{Folders: uploader.FoldersByMKCOL}, "/files/", false},
	} {
		got, err := testServer(t, server.URL+"/files/", c.options)
		want := c.path
		if c.named {
			want += got.Creation.Name
		}
		if post := server.requests[len(server.requests)-2]; err != nil || post.URL.Path != want {
			t.Errorf("options %+v: POST to %s, want %s, %v", c.options, post.URL.Path, want, err)
		}
	}
}

// TestA2UploadOfTheTestIsRemoved tests real servers behind a proxy that responds to OPTIONS.
func TestA2UploadOfTheTestIsRemoved(t *testing.T) {
	noOptions := uploadtest.Wrap(func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodOptions {
				w.WriteHeader(http.StatusNotFound)
				return
			}
			next.ServeHTTP(w, r)
		})
	})
	for name, test := range map[string]struct {
		options []uploadtest.Option
		want    uploader.CreationResult
		left    int
	}{
		"server that removes uploads":         {[]uploadtest.Option{noOptions}, uploader.CreationRemoved, 0},
		"server that does not remove uploads": {[]uploadtest.Option{noOptions, uploadtest.NoTermination()}, uploader.CreationLeft, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := uploadtest.NewTusd(t, test.options...)
			got, err := testServer(t, server.Endpoint, uploader.ServerOptions{})
			if err != nil || got.Creation.Result != test.want || got.Outcome() != uploader.TestUndeclared {
				t.Errorf("got %+v, %v", got, err)
			}
			if stored := server.Stored(t); len(stored) != test.left {
				t.Errorf("the server has %+v", stored)
			}
		})
	}
}

// TestA1UploadURLIsNotTestedByCreation is about a server whose address is an upload URL.
func TestA1UploadURLIsNotTestedByCreation(t *testing.T) {
	server := newScriptedServer(t, map[string]http.HandlerFunc{http.MethodHead: response(http.StatusOK, "Tus-Resumable: 1.0.0", "Upload-Offset: 3", "Upload-Length: 5")})
	got, err := testServer(t, server.URL+"/files/1", uploader.ServerOptions{GivenURL: true})
	if err != nil || got.Upload == nil || got.Upload.Offset != 3 || got.Outcome() != uploader.TestReady {
		t.Errorf("got %+v, %v", got, err)
	}
	if n := count(server.methods(), http.MethodPost); n > 0 {
		t.Errorf("%d uploads were created", n)
	}
}
