package app

import (
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/app/form"
	"github.com/ferryapp/ferry/app/internal/apptest"
	"github.com/ferryapp/ferry/uploader"
)

// fileURI returns the URI of a file on the clipboard.
func fileURI(path string) string {
	path = filepath.ToSlash(path)
	if !strings.HasPrefix(path, "/") {
		path = "/" + path // a drive of Windows
	}
	return (&url.URL{Scheme: "file", Path: path}).String()
}

func TestPaste(t *testing.T) {
	copied := func(text string) func(*Config, *fakeDesktop) {
		return func(_ *Config, d *fakeDesktop) { d.clipboardText = text }
	}
	t.Run("files are added", func(t *testing.T) {
		one, two := apptest.File(t, "a b.mov"), apptest.File(t, "海.mov")
		s := startWindow(t, apptest.NewEngine(), copied("copy\n"+fileURI(one)+"\n"+fileURI(two)))
		s.adder.paste()
		if diff := cmp.Diff([]string{one, two}, s.waitCommand(1).(uploader.Add).Paths); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("paths in the text are added if files cannot be read", func(t *testing.T) {
		one := apptest.File(t, "a.mov")
		s := startWindow(t, apptest.NewEngine())
		s.toolkit.Clipboard().SetContent(one + "\n")
		s.adder.paste()
		if diff := cmp.Diff([]string{one}, s.waitCommand(1).(uploader.Add).Paths); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("text without paths shows a message", func(t *testing.T) {
		s := startWindow(t, apptest.NewEngine(), copied("rm -rf /; $(reboot)"))
		s.adder.paste()
		s.until("message is shown", func() bool { return s.message() == "No files on the clipboard." })
		if len(s.engine.Commands()) > 0 {
			t.Error("engine received a command")
		}
	})
	t.Run("upload URLs with paths are servers of one file each", func(t *testing.T) {
		one, two := apptest.File(t, "a.mov"), apptest.File(t, "b.mov")
		s := startWindow(t, apptest.NewEngine(), copied(one+"\thttps://up.example/1\n"+two+"\thttps://up.example/2\n"))
		s.adder.paste()
		s.wantUploads(map[string]string{"https://up.example/1": one, "https://up.example/2": two})
	})
	t.Run("upload URLs are for the files that are chosen, by name", func(t *testing.T) {
		one, two := apptest.File(t, "a.mov"), apptest.File(t, "b.mov")
		s := startWindow(t, apptest.NewEngine(), copied("https://up.example/1\nhttps://up.example/2\n"))
		s.desktop.chosen = []string{two, one}
		s.adder.paste()
		s.until("the question is shown", func() bool { return s.overlay() != nil })
		s.press("Choose files…")
		s.wantUploads(map[string]string{"https://up.example/1": one, "https://up.example/2": two})
	})
	t.Run("one URL opens the dialog for a new server", func(t *testing.T) {
		for _, text := range []string{"https://new.example/files/\n", "<https://new.example/files/>"} {
			s := startWindow(t, apptest.NewEngine(), copied(text))
			s.adder.paste()
			s.until("the dialog is open", s.keys.hasOverlay)
			if got := inDialog[*form.Field](s)[0].Text; got != "https://new.example/files/" {
				t.Errorf("address is %q", got)
			}
			if got := s.engine.Commands(); len(got) > 0 {
				t.Errorf("engine received %v", got)
			}
		}
	})
	t.Run("the URL of a known server makes it the destination", func(t *testing.T) {
		engine := apptest.NewEngine()
		known, _ := engine.Snapshot().Server(2)
		s := startWindow(t, engine, copied(known.Endpoint))
		s.adder.paste()
		s.until("message is shown", func() bool { return s.message() == "Destination: Studio" })
		if s.destination.server(s.bridge.Snapshot()).ID != 2 || s.keys.hasOverlay() {
			t.Error("the server is not the destination")
		}
	})
	t.Run("another number of files adds nothing", func(t *testing.T) {
		one := apptest.File(t, "a.mov")
		s := startWindow(t, apptest.NewEngine(), copied("https://up.example/1\nhttps://up.example/2\n"))
		s.desktop.chosen = []string{one}
		s.adder.paste()
		s.until("the question is shown", func() bool { return s.overlay() != nil })
		s.press("Choose files…")
		s.until("message is shown", func() bool { return s.message() == "1 file was chosen for 2 upload URLs. Nothing was added." })
		if len(s.engine.Commands()) > 0 {
			t.Error("engine received a command")
		}
	})
}

// wantUploads waits until the engine has received a server for each upload URL and the file
// for it.
func (s *testWindow) wantUploads(want map[string]string) {
	s.t.Helper()
	s.until("engine receives the commands", func() bool { return len(s.engine.Commands()) == 2*len(want) })
	endpoints, got := map[uploader.ServerID]string{}, map[string]string{}
	for _, server := range s.engine.Snapshot().Servers {
		endpoints[server.ID] = server.Endpoint
		if want[server.Endpoint] != "" && (!server.Options.GivenURL || !server.Options.RemoveUsed) {
			s.t.Errorf("server %s has options %+v", server.Endpoint, server.Options)
		}
	}
	for _, command := range s.engine.Commands() {
		if added, ok := command.(uploader.Add); ok {
			got[endpoints[added.Server]] = added.Paths[0]
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		s.t.Error(diff)
	}
}
