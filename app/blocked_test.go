package app

import (
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2/test"

	"github.com/ferryapp/ferry/app/form"
	"github.com/ferryapp/ferry/app/internal/apptest"
	"github.com/ferryapp/ferry/app/platform"
	"github.com/ferryapp/ferry/app/view"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/tus"
	"github.com/ferryapp/ferry/widgets/theme"
)

func TestBlockedServerBanner(t *testing.T) {
	code := func(kind fault.Kind, code string) *fault.Fault {
		return &fault.Fault{Kind: kind, Op: fault.Head, Code: code}
	}
	for name, c := range map[string]struct {
		fault  *fault.Fault
		text   string
		button string
		effect func(*testWindow) bool
	}{
		"sign-in required": {code(fault.Auth, ""), "“Studio” requires sign-in. 2 uploads are waiting.", "Sign in…", func(s *testWindow) bool {
			return signInDialogOpen(s) && inDialog[*form.Select](s)[0].Selected == "Token"
		}},
		"sign-in missing from the keyring": {code(fault.Auth, fault.CodeNoSignIn), "no longer in the keyring", "Sign in…", signInDialogOpen},
		"secrets file locked":              {code(fault.Auth, fault.CodeKeyringLocked), "locked", "Unlock…", func(s *testWindow) bool { return s.passphrase.dialog != nil }},
		"keyring failure":                  {code(fault.Auth, fault.CodeKeyringFailed), "doesn't respond", "Try again", unblocked},
		"proxy sign-in":                    {code(fault.Auth, fault.CodeProxySignIn), "proxy", "Server settings…", serverDialogOpen},
		"untrusted certificate":            {code(fault.TLS, ""), "isn't trusted", "Try again", unblocked},
		"unreadable certificate file":      {code(fault.TLS, fault.CodeCertificateFile), "certificate file", "Server settings…", serverDialogOpen},
		"host that is not allowed": {&fault.Fault{Kind: fault.Refused, Op: fault.Patch, Code: fault.CodeHostNotAllowed, Detail: "media.example.com"}, "media.example.com", "Allow host…", func(s *testWindow) bool {
			for _, button := range inDialog[*form.DialogButton](s) {
				if button.Text == "Allow" {
					button.OnTapped()
				}
			}
			commands := s.engine.Commands()
			if len(commands) == 0 {
				return false
			}
			save, ok := commands[0].(uploader.SaveServer)
			return ok && save.Server.ID == 2 && save.Server.Options.AllowedHosts == "media.example.com"
		}},
		"rejected sign-in": {code(fault.Auth, fault.CodeSignInRejected), "rejected the sign-in", "Sign in…", signInDialogOpen},
		"expired sign-in":  {code(fault.Auth, fault.CodeSignInExpired), "has expired", "Sign in…", signInDialogOpen},
		"new address": {&fault.Fault{Kind: fault.Refused, Op: fault.Create, Code: fault.CodeRedirected, Detail: "https://new.example.com/files/"}, "redirects to https://new.example.com/files/", "Use new address…", func(s *testWindow) bool {
			return serverDialogOpen(s) && slices.ContainsFunc(inDialog[*form.Field](s), func(f *form.Field) bool { return f.Text == "https://new.example.com/files/" })
		}},
		"not a tus server":           {&fault.Fault{Kind: fault.NotTus, Op: fault.Create}, "not a tus upload server", "Try again", unblocked},
		"response of another server": {code(fault.NotTus, ""), "not from “Studio”", "Try again", unblocked},
		"quota exceeded":             {code(fault.Quota, ""), "no space left", "Try again", unblocked},
		"receiver without folder":    {code(fault.LocalDisk, fault.CodeReceiverDisk), "can't be created or written to", "Try again", unblocked},
		"full disk of the receiver":  {code(fault.LocalDisk, fault.CodeReceiverFull), "is full", "Open folder", func(s *testWindow) bool { return len(s.desktop.shownPaths()) == 1 }},
	} {
		t.Run(name, func(t *testing.T) {
			s := startWindow(t, apptest.NewEngine())
			s.publish(apptest.Blocked(c.fault))
			model := s.window.banner.Model()
			if !strings.Contains(model.Text, c.text) || !strings.Contains(model.Text, "2 uploads are waiting") {
				t.Errorf("banner text is %q", model.Text)
			}
			for _, button := range model.Buttons {
				if button.Label == c.button {
					button.OnTapped()
					s.until("button has its effect", func() bool { return c.effect(s) })
					return
				}
			}
			t.Errorf("no button %q", c.button)
		})
	}
	t.Run("banner is hidden when no server is blocked", func(t *testing.T) {
		s := startWindow(t, apptest.NewEngine())
		s.publish(apptest.Blocked(code(fault.Auth, "")))
		s.publish(apptest.Snapshot())
		if text := s.window.banner.Model().Text; text != "" {
			t.Errorf("banner text is %q", text)
		}
	})
}

func unblocked(s *testWindow) bool {
	commands := s.engine.Commands()
	return len(commands) == 1 && commands[0] == uploader.Command(uploader.Unblock{Server: 2})
}

// signInDialogOpen reports whether the dialog for a sign-in to Studio is open.
func signInDialogOpen(s *testWindow) bool {
	return s.overlay() != nil && slices.Contains(apptest.Texts(s.overlay()), "Sign in to Studio")
}

// serverDialogOpen reports whether the dialog of a server is open.
func serverDialogOpen(s *testWindow) bool { return len(inDialog[*form.Field](s)) > 0 }

func TestWaitingRowsOfBlockedServerOfferSignIn(t *testing.T) {
	s := startWindow(t, apptest.NewEngineAt(apptest.Blocked(fault.New(fault.Auth, fault.Head, nil))))
	list := s.window.list
	refused, waiting := list.Row(0), list.Row(1)
	if waiting.StatusIcon != refused.StatusIcon || waiting.Tone != refused.Tone || waiting.Tone != theme.Warning {
		t.Errorf("refused: %v %v; waiting: %v %v", refused.StatusIcon, refused.Tone, waiting.StatusIcon, waiting.Tone)
	}
	lastAction := func(i int) string { return list.Row(i).Actions[len(list.Row(i).Actions)-1].Label }
	if lastAction(0) != "Sign in…" || lastAction(1) != lastAction(0) {
		t.Errorf("last actions are %q and %q", lastAction(0), lastAction(1))
	}
	tapButton(t, list, 2, view.ActionSignIn.String())
	if !signInDialogOpen(s) {
		t.Error("dialog for the sign-in is not open")
	}
}

func TestManageServers(t *testing.T) {
	t.Run("edit opens the server dialog", func(t *testing.T) {
		s := startWindow(t, apptest.NewEngine())
		apptest.Pick(t, s.window.bar.ServerMenu(), "Manage servers…")
		s.pressInPage("Edit…")
		if !serverDialogOpen(s) || inDialog[*form.Field](s)[0].Text != "https://studio.example.com/files/" {
			t.Error("server dialog is not open")
		}
	})
	t.Run("remove deletes the server and its sign-in", func(t *testing.T) {
		s := startWindow(t, apptest.NewEngine())
		server, _ := s.bridge.Snapshot().Server(2)
		server.Access.SecretName = "server-1"
		s.access.Stored["server-1"] = "x"
		s.servers.Remove(server)
		s.press("Remove")
		s.wantCommand(1, uploader.RemoveServer{ID: 2})
		s.until("secret is deleted", func() bool { _, exists := s.access.Secret("server-1"); return !exists })
	})
	t.Run("server in use cannot be removed", func(t *testing.T) {
		s := startWindow(t, apptest.NewEngine(&uploader.Transfer{ID: 1, Server: 2}))
		s.servers.Manage()
		s.pressInPage("Remove…")
		s.press("Close")
		if len(s.engine.Commands()) != 0 {
			t.Errorf("engine received %v", s.engine.Commands())
		}
	})
}

// pressInPage taps the button with that label in the content of the topmost dialog.
func (s *testWindow) pressInPage(label string) {
	s.t.Helper()
	for _, o := range test.LaidOutObjects(s.overlay()) {
		if button, ok := o.(*form.Button); ok && button.Text == label {
			test.Tap(button)
			return
		}
	}
	s.t.Fatalf("no button %q", label)
}

func TestLockedSecretsAreUnlockedBeforeSaving(t *testing.T) {
	s := startWindow(t, apptest.EngineAnswering(tus.Capabilities{Known: true}, nil))
	s.access.StorageState, s.access.Passphrase = platform.StorageLockedFile, "open sesame"
	server, _ := s.bridge.Snapshot().Server(2)
	s.servers.Edit(server)
	inDialog[*form.Select](s)[0].SetSelectedIndex(1)
	for _, e := range inDialog[*form.Entry](s) {
		if e.Password {
			test.Type(e, "t0ken")
		}
	}
	s.press(words.Text("server.save"))
	s.until("passphrase dialog is open", func() bool { return s.passphrase.dialog != nil })
	test.Tap(s.passphrase.dialog.accept) // without a passphrase
	test.Type(s.passphrase.dialog.passphrase, "wrong")
	test.Tap(s.passphrase.dialog.accept)
	s.until("wrong passphrase is reported", func() bool { return !s.passphrase.dialog.accept.Disabled() })
	s.passphrase.dialog.passphrase.SetText("open sesame")
	test.Tap(s.passphrase.dialog.accept)
	var saved uploader.Server
	s.until("engine receives SaveServer", func() bool {
		for _, command := range s.engine.Commands() {
			if save, ok := command.(uploader.SaveServer); ok {
				saved = save.Server
				return true
			}
		}
		return false
	})
	if kept, _ := s.access.Secret(saved.Access.SecretName); kept.SignIn != "t0ken" {
		t.Errorf("keyring has %#v", kept)
	}
}
