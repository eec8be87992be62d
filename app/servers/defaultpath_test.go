package servers

import (
	"context"
	"net/http"
	"net/url"
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
	t.Cleanup(connector.Close)
	for name, typed := range map[string]string{"host": host, "host and slash": host + "/"} {
		t.Run(name, func(t *testing.T) {
			s := start(t, apptest.NewEngine(), func(c *Config) { c.Access = realAccess{c.Access.(*apptest.Access), connector} })
			s.Add()
			d := s.dialog
			test.Type(d.address, typed)
			test.Tap(d.check)
			s.until("the server can be added", d.accept.Visible)
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
	notFound := fault.New(fault.Refused, fault.Probe, nil)
	notFound.Status = http.StatusNotFound
	capabilities := tus.Capabilities{Known: true}
	tests := []struct {
		name  string
		typed string
		given bool
		at    map[string]error // results by path; other paths are not those of a tus server
		paths string           // that are tested
		found string
	}{
		{"root not found", "https://up.example.com/", false, map[string]error{"/": notFound, "/files/": nil}, "/ /files/", "/files/"},
		{"tus server at the root", "https://up.example.com/", false, map[string]error{"/": nil}, "/", "/"},
		{"no tus server at the root", "https://up.example.com", false, map[string]error{"/files/": nil}, " /files/", "/files/"},
		{"unreachable", "https://up.example.com/", false, map[string]error{"/": fault.New(fault.Unreachable, fault.Probe, nil)}, "/", "/"},
		{"sign-in required", "https://up.example.com/", false, map[string]error{"/": fault.New(fault.Auth, fault.Probe, nil)}, "/", "/"},
		{"no tus server", "https://up.example.com/", false, nil, "/ /files/", "/"},
		{"address with a path", "https://up.example.com/tus", false, map[string]error{"/files/": nil}, "/tus", "/tus"},
		{"URL of an upload", "https://up.example.com/", true, map[string]error{"/files/": nil}, "/", "/"},
	}
	for _, c := range tests {
		t.Run(c.name, func(t *testing.T) {
			var paths []string
			engine := apptest.NewEngine()
			engine.ProbeFunc = func(_ context.Context, endpoint string) (tus.Capabilities, error) {
				path := pathOf(t, endpoint)
				paths = append(paths, path)
				if err, listed := c.at[path]; !listed {
					return tus.Capabilities{}, fault.New(fault.NotTus, fault.Probe, nil)
				} else if err != nil {
					return tus.Capabilities{}, err
				}
				return capabilities, nil
			}
			server := uploader.Server{Endpoint: c.typed, Options: uploader.ServerOptions{GivenURL: c.given}}
			result, found, err := tryDefaultPath(t.Context(), apptest.NewAccess(engine), server, &connect.Secrets{})
			if got := strings.Join(paths, " "); got != c.paths || pathOf(t, found.Endpoint) != c.found {
				t.Errorf("tested %q, found %q", got, found.Endpoint)
			}
			if want := c.at[c.found] == nil && result.Capabilities.Known; want != (err == nil) {
				t.Errorf("got %+v, %v", result, err)
			}
		})
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
