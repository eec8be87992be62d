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

// realAccess connects to real servers.
type realAccess struct {
	*apptest.Access
	book *connect.Connector
}

func (a realAccess) Test(ctx context.Context, server uploader.Server, secrets *connect.Secrets) (connect.TestResult, error) {
	return a.book.Test(ctx, server, secrets)
}

func TestCheckFindsServerAtDefaultPath(t *testing.T) {
	server := uploadtest.NewTusdBinary(t)
	host := strings.TrimSuffix(server.Endpoint, defaultPath)
	book := connect.New(connect.Config{})
	t.Cleanup(book.Close)
	for name, typed := range map[string]string{"the host": host, "and a slash": host + "/"} {
		t.Run(name, func(t *testing.T) {
			s := start(t, apptest.NewEngine(), func(c *Config) { c.Access = realAccess{c.Access.(*apptest.Access), book} })
			s.Add()
			d := s.dialog
			test.Type(d.address, typed)
			test.Tap(d.check)
			s.until("it may be added", d.accept.Visible)
			if !strings.Contains(d.resultText(), "Server found at "+server.Endpoint) || !strings.Contains(d.resultText(), "Ready") {
				t.Errorf("said %q", d.resultText())
			}
			if d.address.Text != server.Endpoint {
				t.Errorf("the address is %q", d.address.Text)
			}
			test.Tap(d.accept)
			if got := s.waitCommand(1).(uploader.SaveServer).Server.Endpoint; got != server.Endpoint {
				t.Errorf("saved %q", got)
			}
		})
	}
}

func TestDefaultPathIsTried(t *testing.T) {
	notFound := fault.New(fault.Refused, fault.Probe, nil)
	notFound.Status = http.StatusNotFound
	capable := tus.Capabilities{Known: true}
	tests := []struct {
		name  string
		typed string
		given bool
		at    map[string]error // what answers, by path; what is not listed speaks no tus
		asked string
		found string
	}{
		{"a host that has nothing at its root", "https://up.example.com/", false, map[string]error{"/": notFound, "/files/": nil}, "/ /files/", "/files/"},
		{"one that has a tus server there", "https://up.example.com/", false, map[string]error{"/": nil}, "/", "/"},
		{"one that has something else there", "https://up.example.com", false, map[string]error{"/files/": nil}, " /files/", "/files/"},
		{"one that cannot be reached", "https://up.example.com/", false, map[string]error{"/": fault.New(fault.Unreachable, fault.Probe, nil)}, "/", "/"},
		{"one that asks for a sign-in", "https://up.example.com/", false, map[string]error{"/": fault.New(fault.Auth, fault.Probe, nil)}, "/", "/"},
		{"one that has a tus server nowhere", "https://up.example.com/", false, nil, "/ /files/", "/"},
		{"an address with a path is meant", "https://up.example.com/tus", false, map[string]error{"/files/": nil}, "/tus", "/tus"},
		{"a given upload is meant", "https://up.example.com/", true, map[string]error{"/files/": nil}, "/", "/"},
	}
	for _, c := range tests {
		t.Run(c.name, func(t *testing.T) {
			var asked []string
			engine := apptest.NewEngine()
			engine.ProbeFunc = func(_ context.Context, endpoint string) (tus.Capabilities, error) {
				path := pathOf(t, endpoint)
				asked = append(asked, path)
				if err, listed := c.at[path]; !listed {
					return tus.Capabilities{}, fault.New(fault.NotTus, fault.Probe, nil)
				} else if err != nil {
					return tus.Capabilities{}, err
				}
				return capable, nil
			}
			server := uploader.Server{Endpoint: c.typed, Options: uploader.ServerOptions{GivenURL: c.given}}
			answer, found, err := tryDefaultPath(t.Context(), apptest.NewAccess(engine), server, &connect.Secrets{})
			if got := strings.Join(asked, " "); got != c.asked || pathOf(t, found.Endpoint) != c.found {
				t.Errorf("asked %q, found %q", got, found.Endpoint)
			}
			if want := c.at[c.found] == nil && answer.Capabilities.Known; want != (err == nil) {
				t.Errorf("answers %+v, %v", answer, err)
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
