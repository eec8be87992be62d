package servers

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2/test"

	"github.com/ferryapp/ferry/app/internal/apptest"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/tus"
)

// studioWithPassword is a server with a saved user name and password.
func studioWithPassword() uploader.Server {
	return uploader.Server{
		ID: 2, Name: "Studio", Endpoint: "https://studio.example.com/files/",
		Access: uploader.Access{SignIn: uploader.SignInBasic, User: "ada", SecretName: "server-1"},
	}
}

// TestS5WrongPasswordStaysInTheDialog: the dialog says that a password was rejected, keeps
// what was typed, and saves nothing.
func TestS5WrongPasswordStaysInTheDialog(t *testing.T) {
	rejected := &fault.Fault{Kind: fault.Auth, Op: fault.Probe, Status: 401, Code: fault.CodeSignInRejected, ServerMessage: "locked until Monday"}
	s := start(t, apptest.EngineAnswering(tus.Capabilities{}, rejected))
	s.SignIn(studioWithPassword(), rejected)
	d := s.dialog
	if !strings.Contains(d.resultText(), "rejected the sign-in") {
		t.Errorf("result %q", d.resultText())
	}
	test.Type(d.secret, "wrong")
	d.saveServer()
	s.until("the password is rejected", func() bool { return strings.Contains(d.resultText(), "Correct it") })
	if !strings.HasSuffix(d.resultText(), "\nThe server says: “locked until Monday”") {
		t.Errorf("result %q", d.resultText())
	}
	if d.secret.Text != "wrong" || d.user.Text != "ada" || d.accept.Disabled() || !d.box.Visible() {
		t.Errorf("user %q, password %q, save disabled: %v", d.user.Text, d.secret.Text, d.accept.Disabled())
	}
	if len(s.engine.Commands()) != 0 || len(s.access.Stored) != 0 {
		t.Errorf("saved %v, %v", s.engine.Commands(), s.access.Stored)
	}
}

func TestSignInIsSavedUnlessItIsRejected(t *testing.T) {
	for name, f := range map[string]*fault.Fault{
		"accepted":             nil,
		"server unreachable":   {Kind: fault.Unreachable, Op: fault.Probe},
		"sign-in of the proxy": {Kind: fault.Auth, Op: fault.Probe, Code: fault.CodeProxySignIn},
	} {
		t.Run(name, func(t *testing.T) {
			var err error
			if f != nil {
				err = f
			}
			s := start(t, apptest.EngineAnswering(tus.Capabilities{}, err))
			s.SignIn(studioWithPassword(), nil)
			test.Type(s.dialog.secret, "right")
			s.dialog.saveServer()
			s.until("the server is saved", func() bool { return len(s.engine.Commands()) > 0 })
			if save, ok := s.engine.Commands()[0].(uploader.SaveServer); !ok || save.Server.Access.User != "ada" {
				t.Errorf("got %+v", s.engine.Commands()[0])
			}
		})
	}
}

// TestOverwriteOptionsAreKept: the dialog has no fields for them.
func TestOverwriteOptionsAreKept(t *testing.T) {
	s := start(t, apptest.NewEngine())
	server := studioWithPassword()
	server.Options.OverwriteHeader, server.Options.OverwriteQuery = "x-upsert: true", "override=true"
	s.Edit(server)
	got, _, err := s.dialog.read()
	if err != nil || got.Options.OverwriteHeader != "x-upsert: true" || got.Options.OverwriteQuery != "override=true" {
		t.Errorf("got %+v, %v", got.Options, err)
	}
}
