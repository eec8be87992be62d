package app

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2/test"

	"github.com/ferryapp/ferry/app/form"
	"github.com/ferryapp/ferry/app/internal/apptest"
	"github.com/ferryapp/ferry/app/platform"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/tus"
)

func TestBlockedServerBanner(t *testing.T) {
	code := func(kind fault.Kind, code string) *fault.Fault {
		return &fault.Fault{Kind: kind, Op: fault.Head, Code: code}
	}
	for name, c := range map[string]struct {
		fault  *fault.Fault
		text   string
		button string
		then   func(*testWindow) bool
	}{
		"a sign-in": {code(fault.Auth, ""), "Studio requires sign-in. 2 uploads are waiting.", "Sign in…", func(s *testWindow) bool {
			return asksForServer(s) && shown[*form.Select](s)[0].SelectedIndex() == 1
		}},
		"a sign-in that is gone":    {code(fault.Auth, fault.CodeNoSignIn), "no longer in the keyring", "Sign in…", asksForServer},
		"a locked file":             {code(fault.Auth, fault.CodeKeyringLocked), "locked", "Unlock…", func(s *testWindow) bool { return s.passphrase.dialog != nil }},
		"a keyring that fails":      {code(fault.Auth, fault.CodeKeyringFailed), "doesn't respond", "Try again", signedIn},
		"a proxy":                   {code(fault.Auth, fault.CodeProxySignIn), "proxy", "Server settings…", asksForServer},
		"a certificate":             {code(fault.TLS, ""), "isn't trusted", "Try again", signedIn},
		"a certificate file":        {code(fault.TLS, fault.CodeCertificateFile), "certificate file", "Server settings…", asksForServer},
		"no upload server":          {&fault.Fault{Kind: fault.NotTus, Op: fault.Create}, "not a tus upload server", "Try again", signedIn},
		"a page in its place":       {code(fault.NotTus, ""), "not from “Studio”", "Try again", signedIn},
		"a receiver without folder": {code(fault.LocalDisk, fault.CodeReceiverDisk), "can't be created or written to", "Try again", signedIn},
		"a full receiver":           {code(fault.LocalDisk, fault.CodeReceiverFull), "is full", "Open folder", func(s *testWindow) bool { return len(s.desktop.shownPaths()) == 1 }},
		"a full server":             {code(fault.Quota, ""), "no space left", "Try again", signedIn},
	} {
		t.Run(name, func(t *testing.T) {
			s := startWindow(t, apptest.NewEngine())
			s.publish(apptest.Blocked(c.fault))
			model := s.window.banner.Model()
			if !strings.Contains(model.Text, c.text) || !strings.Contains(model.Text, "2 uploads are waiting") {
				t.Errorf("says %q", model.Text)
			}
			for _, button := range model.Buttons {
				if button.Label == c.button {
					button.OnTapped()
					s.until("something comes of it", func() bool { return c.then(s) })
					return
				}
			}
			t.Errorf("there is no button %q", c.button)
		})
	}
	t.Run("and goes when nothing waits any more", func(t *testing.T) {
		s := startWindow(t, apptest.NewEngine())
		s.publish(apptest.Blocked(code(fault.Auth, "")))
		s.publish(apptest.Snapshot())
		if text := s.window.banner.Model().Text; text != "" {
			t.Errorf("says %q", text)
		}
	})
}

func signedIn(s *testWindow) bool {
	commands := s.engine.Commands()
	return len(commands) == 1 && commands[0] == uploader.Command(uploader.Unblock{Server: 2})
}

// asksForServer reports whether the dialog of a server is open.
func asksForServer(s *testWindow) bool { return len(shown[*form.Field](s)) > 0 }

func TestManageServers(t *testing.T) {
	t.Run("one is edited", func(t *testing.T) {
		s := startWindow(t, apptest.NewEngine())
		apptest.Pick(t, s.window.bar.ServerMenu(), "Manage servers…")
		s.pressed("Edit…")
		if !asksForServer(s) || shown[*form.Field](s)[0].Text != "https://studio.example.com/files/" {
			t.Error("its settings are not open")
		}
	})
	t.Run("one is removed with its sign-in", func(t *testing.T) {
		s := startWindow(t, apptest.NewEngine())
		server, _ := s.bridge.Snapshot().Server(2)
		server.Access.SecretName = "server-1"
		s.access.Kept["server-1"] = "x"
		s.servers.Remove(server)
		s.press("Remove")
		if got := s.waitCommand(1); got != uploader.Command(uploader.RemoveServer{ID: 2}) {
			t.Errorf("told %v", got)
		}
		s.until("it is forgotten", func() bool { _, there := s.access.Secret("server-1"); return !there })
	})
	t.Run("one that is in use stays", func(t *testing.T) {
		s := startWindow(t, apptest.NewEngine(&uploader.Transfer{ID: 1, Server: 2}))
		s.servers.Manage()
		s.pressed("Remove…")
		s.press("Close")
		if len(s.engine.Commands()) != 0 {
			t.Errorf("told %v", s.engine.Commands())
		}
	})
}

// pressed taps the button with that label in the page of the dialog on top.
func (s *testWindow) pressed(label string) {
	s.t.Helper()
	for _, o := range test.LaidOutObjects(s.window.window.Canvas().Overlays().Top()) {
		if button, ok := o.(*form.Button); ok && button.Text == label {
			test.Tap(button)
			return
		}
	}
	s.t.Fatalf("there is no button %q", label)
}

func TestLockedSecretsAreUnlockedBeforeSaving(t *testing.T) {
	s := startWindow(t, apptest.EngineAnswering(tus.Capabilities{Known: true}, nil))
	s.access.StorageState, s.access.Passphrase = platform.StorageLockedFile, "open sesame"
	server, _ := s.bridge.Snapshot().Server(2)
	s.servers.Edit(server)
	shown[*form.Select](s)[0].SetSelectedIndex(1)
	for _, e := range shown[*form.Entry](s) {
		if e.Password {
			test.Type(e, "t0ken")
		}
	}
	s.press(words.Text("server.save"))
	s.until("the passphrase is asked for", func() bool { return s.passphrase.dialog != nil })
	test.Tap(s.passphrase.dialog.accept) // without one
	test.Type(s.passphrase.dialog.first, "wrong")
	test.Tap(s.passphrase.dialog.accept)
	s.until("it is said that it is wrong", func() bool { return !s.passphrase.dialog.accept.Disabled() })
	s.passphrase.dialog.first.SetText("open sesame")
	test.Tap(s.passphrase.dialog.accept)
	var saved uploader.Server
	s.until("a server is saved", func() bool {
		for _, command := range s.engine.Commands() {
			if save, ok := command.(uploader.SaveServer); ok {
				saved = save.Server
				return true
			}
		}
		return false
	})
	if kept, _ := s.access.Secret(saved.Access.SecretName); kept.SignIn != "t0ken" {
		t.Errorf("the keyring has %#v", kept)
	}
}
