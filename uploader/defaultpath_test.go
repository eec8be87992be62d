package uploader

import (
	"errors"
	"net/url"
	"reflect"
	"strings"
	"testing"

	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/tus"
)

func TestDefaultPathIsTested(t *testing.T) {
	webServer := creationResult(CreationRefused, fault.NotTus)
	refused := creationResult(CreationRefused, fault.Refused)
	creates := creationResult(CreationRemoved, 0)
	ready := ServerTest{Capabilities: tus.Capabilities{Known: true}}
	tests := []struct {
		name  string
		typed string
		given bool
		at    map[string]any // results and errors by path; at other paths there is a web server
		paths string         // that are tested
		found string
	}{
		{"web server at the root", "https://up.example.com/", false, map[string]any{"/files/": ready}, "/ /files/", "/files/"},
		{"no path", "https://up.example.com", false, map[string]any{"/files/": ready}, " /files/", "/files/"},
		{"root refuses uploads", "https://up.example.com/", false, map[string]any{"/": refused, "/files/": ready}, "/ /files/", "/files/"},
		{"tus server at the root", "https://up.example.com/", false, map[string]any{"/": ready}, "/", "/"},
		{"tus server at the root without OPTIONS", "https://up.example.com/", false, map[string]any{"/": creates}, "/", "/"},
		{"tus server without OPTIONS", "https://up.example.com/", false, map[string]any{"/files/": creates}, "/ /files/", "/files/"},
		{"refusals only", "https://up.example.com/", false, map[string]any{"/": refused, "/files/": refused}, "/ /files/", "/"},
		{"unreachable", "https://up.example.com/", false, map[string]any{"/": fault.New(fault.Unreachable, fault.Probe, nil)}, "/", "/"},
		{"sign-in required", "https://up.example.com/", false, map[string]any{"/": fault.New(fault.Auth, fault.Probe, nil)}, "/", "/"},
		{"web server", "https://up.example.com/", false, nil, "/ /files/", "/"},
		{"address with a path", "https://up.example.com/tus", false, map[string]any{"/files/": ready}, "/tus", "/tus"},
		{"URL of an upload", "https://up.example.com/", true, map[string]any{"/files/": ready}, "/", "/"},
	}
	for _, c := range tests {
		t.Run(c.name, func(t *testing.T) {
			tests := &pathTests{t: t, at: c.at, otherwise: webServer}
			server := Server{Endpoint: c.typed, Options: ServerOptions{GivenURL: c.given}}
			result, found, err := FindEndpoint(server, tests.test)
			if got := strings.Join(tests.paths, " "); got != c.paths || pathOf(t, found.Endpoint) != c.found {
				t.Errorf("tested %q, found %q", got, found.Endpoint)
			}
			wantResult, wantErr := tests.result(pathOf(t, found.Endpoint))
			if !reflect.DeepEqual(result, wantResult) || !errors.Is(err, wantErr) {
				t.Errorf("got %+v, %v", result, err)
			}
		})
	}
}

// creationResult returns the result of a test by a creation.
func creationResult(result CreationResult, kind fault.Kind) ServerTest {
	test := ServerTest{Creation: CreationTest{Result: result}}
	if kind != 0 {
		test.Creation.Fault = fault.New(kind, fault.Create, nil)
	}
	return test
}

// pathTests has results by the path of the endpoint.
type pathTests struct {
	t         *testing.T
	at        map[string]any
	otherwise ServerTest
	paths     []string // that were tested
}

func (p *pathTests) test(server Server) (ServerTest, error) {
	path := pathOf(p.t, server.Endpoint)
	p.paths = append(p.paths, path)
	return p.result(path)
}

func (p *pathTests) result(path string) (ServerTest, error) {
	switch result := p.at[path].(type) {
	case ServerTest:
		return result, nil
	case error:
		return ServerTest{}, result
	default:
		return p.otherwise, nil
	}
}

func pathOf(t *testing.T, endpoint string) string {
	t.Helper()
	u, err := url.Parse(endpoint)
	if err != nil {
		t.Fatal(err)
	}
	return u.Path
}
