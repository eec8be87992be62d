package servers

import (
	"context"
	"errors"
	"net/url"
	"reflect"
	"strings"
	"testing"

	"fyne.io/fyne/v2/test"

	"github.com/ferryapp/ferry/app/connect"
	"github.com/ferryapp/ferry/app/internal/apptest"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/tus"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// realAccess is an Access that connects to real servers.
type realAccess struct {
	*apptest.Access
	connector *connect.Connector
}

func (a realAccess) Test(ctx context.Context, server uploader.Server, secrets *connect.Secrets) (uploader.ServerTest, error) {
	return a.connector.Test(ctx, server, secrets)
}

func TestCheckFindsServerAtDefaultPath(t *testing.T) {
	server := uploadtest.NewTusdBinary(t)
	host := strings.TrimSuffix(server.Endpoint, defaultPath)
	connector := connect.New(connect.Config{})
	t.Cleanup(connector.CloseIdle)
	for name, typed := range map[string]string{"host": host, "host and slash": host + "/"} {
		t.Run(name, func(t *testing.T) {
			s := start(t, apptest.NewEngine(), func(c *Config) { c.Access = realAccess{c.Access.(*apptest.Access), connector} })
			s.Add()
			d := s.dialog
			test.Type(d.address, typed)
			test.Tap(d.check)
			s.until("the check has ended", func() bool { return d.checked })
			if !strings.Contains(d.resultText(), "Server found at "+server.Endpoint) || !strings.Contains(d.resultText(), "Ready") {
				t.Errorf("got result %q", d.resultText())
			}
			if d.address.Text != server.Endpoint {
				t.Errorf("got address %q", d.address.Text)
			}
			test.Tap(d.accept)
			if got := s.waitCommand(1).(uploader.SaveServer).Server.Endpoint; got != server.Endpoint {
				t.Errorf("saved endpoint %q", got)
			}
		})
	}
}

func TestDefaultPathIsTested(t *testing.T) {
	webServer := creationResult(uploader.CreationRefused, fault.NotTus)
	refused := creationResult(uploader.CreationRefused, fault.Refused)
	creates := creationResult(uploader.CreationRemoved, 0)
	ready := uploader.ServerTest{Capabilities: tus.Capabilities{Known: true}}
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
			access := &pathAccess{t: t, at: c.at, otherwise: webServer}
			server := uploader.Server{Endpoint: c.typed, Options: uploader.ServerOptions{GivenURL: c.given}}
			result, found, err := tryDefaultPath(t.Context(), access, server, &connect.Secrets{})
			if got := strings.Join(access.paths, " "); got != c.paths || pathOf(t, found.Endpoint) != c.found {
				t.Errorf("tested %q, found %q", got, found.Endpoint)
			}
			wantResult, wantErr := access.result(pathOf(t, found.Endpoint))
			if !reflect.DeepEqual(result, wantResult) || !errors.Is(err, wantErr) {
				t.Errorf("got %+v, %v", result, err)
			}
		})
	}
}

// creationResult returns the result of a test by a creation.
func creationResult(result uploader.CreationResult, kind fault.Kind) uploader.ServerTest {
	test := uploader.ServerTest{Creation: uploader.CreationTest{Result: result}}
	if kind != 0 {
		test.Creation.Fault = fault.New(kind, fault.Create, nil)
	}
	return test
}

// pathAccess is an Access with results by the path of the endpoint.
type pathAccess struct {
	Access
	t         *testing.T
	at        map[string]any
	otherwise uploader.ServerTest
	paths     []string // that were tested
}

func (a *pathAccess) Test(_ context.Context, server uploader.Server, _ *connect.Secrets) (uploader.ServerTest, error) {
	path := pathOf(a.t, server.Endpoint)
	a.paths = append(a.paths, path)
	return a.result(path)
}

func (a *pathAccess) result(path string) (uploader.ServerTest, error) {
	switch result := a.at[path].(type) {
	case uploader.ServerTest:
		return result, nil
	case error:
		return uploader.ServerTest{}, result
	default:
		return a.otherwise, nil
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
