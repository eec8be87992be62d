package app

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"fyne.io/fyne/v2/test"

	"github.com/ferryapp/ferry/app/connect"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/tus"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// truly is access that asks real servers.
type truly struct {
	*fakeAccess
	book *connect.Book
}

func (a truly) Try(ctx context.Context, server uploader.Server, secrets *connect.Secrets) (connect.Answer, error) {
	return a.book.Try(ctx, server, secrets)
}

func TestAHostAloneFindsItsServerAtTheUsualPath(t *testing.T) {
	server := uploadtest.NewTusdBinary(t)
	host := strings.TrimSuffix(server.Endpoint, usualPath)
	book := connect.NewBook(connect.Config{})
	t.Cleanup(book.Close)
	for name, typed := range map[string]string{"the host": host, "and a slash": host + "/"} {
		t.Run(name, func(t *testing.T) {
			s := raise(t, newFakeEngine(), func(c *Config, _ *fakeDesktop) { c.Access = truly{c.Access.(*fakeAccess), book} })
			s.askServer()
			d := s.asking
			test.Type(d.address, typed)
			test.Tap(d.check)
			s.until("it may be added", d.accept.Visible)
			if !strings.Contains(d.said(), "Server found at "+server.Endpoint) || !strings.Contains(d.said(), "Ready") {
				t.Errorf("said %q", d.said())
			}
			if d.address.Text != server.Endpoint {
				t.Errorf("the address is %q", d.address.Text)
			}
			test.Tap(d.accept)
			if got := s.heard(1).(uploader.SaveServer).Server.Endpoint; got != server.Endpoint {
				t.Errorf("saved %q", got)
			}
		})
	}
}

func TestWhereTheUsualPathIsTried(t *testing.T) {
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
			engine := newFakeEngine()
			engine.probe = func(_ context.Context, endpoint string) (tus.Capabilities, error) {
				path := pathOf(t, endpoint)
				asked = append(asked, path)
				if err, listed := c.at[path]; !listed {
					return tus.Capabilities{}, fault.New(fault.NotTus, fault.Probe, nil)
				} else if err != nil {
					return tus.Capabilities{}, err
				}
				return capable, nil
			}
			server := uploader.Server{Endpoint: c.typed, Profile: uploader.Profile{Given: c.given}}
			answer, found, err := tryUsual(t.Context(), newFakeAccess(engine), server, &connect.Secrets{})
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
