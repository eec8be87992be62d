package servers

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"
	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/app/connect"
	"github.com/ferryapp/ferry/app/internal/apptest"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/tus"
	"github.com/ferryapp/ferry/widgets/theme"
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
	d := s.signIn
	if !strings.Contains(d.result.Text(), "rejected the sign-in") {
		t.Errorf("result %q", d.result.Text())
	}
	if s.window.Canvas().Focused() != d.secret {
		t.Errorf("focus is on %v, want the password", s.window.Canvas().Focused())
	}
	test.Type(d.secret, "wrong")
	d.secret.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	s.until("the password is rejected", func() bool { return strings.Contains(d.result.Text(), "rejected this sign-in") })
	if !strings.HasSuffix(d.result.Text(), "\nThe server says: “locked until Monday”") {
		t.Errorf("result %q", d.result.Text())
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
			test.Type(s.signIn.secret, "right")
			s.signIn.submit()
			s.until("the server is saved", func() bool { return len(s.engine.Commands()) > 0 })
			if save, ok := s.engine.Commands()[0].(uploader.SaveServer); !ok || save.Server.Access.User != "ada" {
				t.Errorf("got %+v", s.engine.Commands()[0])
			}
			if secrets, _ := s.access.Secret("server-1"); secrets.SignIn != "right" {
				t.Errorf("stored %+v", secrets)
			}
			s.until("the dialog closes", func() bool { return !s.signIn.box.Visible() })
		})
	}
}

// TestSignInIsNotSavedAfterTheDialogIsClosed: closing it cancels the test, and what is stored
// stays, whatever the result of the test is.
func TestSignInIsNotSavedAfterTheDialogIsClosed(t *testing.T) {
	for name, kind := range map[string]uploader.SignIn{"another password": uploader.SignInBasic, "none": uploader.SignInNone} {
		t.Run(name, func(t *testing.T) {
			engine, probing := apptest.NewEngine(), make(chan struct{})
			engine.ProbeFunc = func(ctx context.Context, _ string) (tus.Capabilities, error) {
				close(probing)
				<-ctx.Done()
				return tus.Capabilities{}, nil
			}
			s := start(t, engine)
			stored := connect.Secrets{SignIn: "old"}.Encode()
			s.access.Stored["server-1"] = stored
			s.SignIn(studioWithPassword(), nil)
			d := s.signIn
			d.wanted.kind = kind
			test.Type(d.secret, "new")
			d.submit()
			<-probing
			d.box.Hide()
			s.until("the test ends", func() bool { return !d.accept.Disabled() })
			if diff := cmp.Diff(map[string]string{"server-1": stored}, s.access.Stored); diff != "" || len(s.engine.Commands()) != 0 {
				t.Errorf("stored differs: %s; commands %v", diff, s.engine.Commands())
			}
			d.submit()
			if d.accept.Disabled() {
				t.Error("a closed dialog tests again")
			}
		})
	}
}

// TestSignInAsksForWhatTheServerWants: the server says it in WWW-Authenticate.
func TestSignInAsksForWhatTheServerWants(t *testing.T) {
	for _, c := range []struct {
		name      string
		saved     uploader.SignIn
		challenge string
		text      string
		fields    []string // the labels of the visible fields
		focus     func(*signInDialog) fyne.Focusable
	}{
		{
			"user name and password", uploader.SignInNone, `Basic realm="Studio files"`,
			"studio.example.com asks for a user name and password. It names this sign-in “Studio files”.",
			[]string{"User name", "Password"},
			func(d *signInDialog) fyne.Focusable { return d.user },
		},
		{
			"token", uploader.SignInNone, "Bearer", "studio.example.com asks for a token.",
			[]string{"Token"},
			func(d *signInDialog) fyne.Focusable { return d.secret },
		},
		{
			"not said", uploader.SignInNone, "", "studio.example.com requires sign-in, but doesn't say how. Choose a method.",
			[]string{"Sign-in", "Token"},
			func(d *signInDialog) fyne.Focusable { return d.secret },
		},
		{
			"custom headers", uploader.SignInHeaders, "", "studio.example.com requires sign-in.",
			[]string{"Headers"},
			func(d *signInDialog) fyne.Focusable { return d.headers },
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := start(t, apptest.NewEngine())
			server := uploader.Server{ID: 2, Name: "Studio", Endpoint: "https://studio.example.com/files/", Access: uploader.Access{SignIn: c.saved}}
			s.SignIn(server, &fault.Fault{Kind: fault.Auth, Status: 401, Challenge: c.challenge})
			d := s.signIn
			if got := d.wants.Text(); got != c.text {
				t.Errorf("text is %q", got)
			}
			var fields []string
			for _, o := range d.rows.Objects {
				if label, ok := o.(*widget.Label); ok && label.Visible() {
					fields = append(fields, label.Text)
				}
			}
			if diff := cmp.Diff(c.fields, fields); diff != "" {
				t.Error(diff)
			}
			if got := s.window.Canvas().Focused(); got != c.focus(d) {
				t.Errorf("focus is on %v", got)
			}
		})
	}
}

// TestSignInForThisRun: without the check mark nothing is stored.
func TestSignInForThisRun(t *testing.T) {
	s := start(t, apptest.EngineAnswering(tus.Capabilities{}, nil))
	s.SignIn(studioWithPassword(), nil)
	s.signIn.keep.SetChecked(false)
	test.Type(s.signIn.secret, "right")
	s.signIn.submit()
	s.until("the server is saved", func() bool { return len(s.engine.Commands()) > 0 })
	if len(s.access.Stored) != 0 || len(s.access.ForRun) != 1 {
		t.Errorf("stored %v, for this run %v", s.access.Stored, s.access.ForRun)
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

// TestSignInGolden compares the dialog after a rejected sign-in with its pictures.
func TestSignInGolden(t *testing.T) {
	rejected := &fault.Fault{Kind: fault.Auth, Op: fault.Probe, Status: 401, Code: fault.CodeSignInRejected, Challenge: `Basic realm="Studio files"`}
	for name, mode := range map[string]theme.Mode{"light": theme.Light, "dark": theme.Dark} {
		for sizeName, size := range map[string]fyne.Size{"wide": fyne.NewSize(960, 640), "narrow": fyne.NewSize(480, 360)} {
			t.Run(name+" "+sizeName, func(t *testing.T) {
				s := start(t, apptest.NewEngine())
				apptest.ApplyTheme(t, mode, 1)
				s.window.Resize(size)
				s.SignIn(studioWithPassword(), rejected)
				test.Type(s.signIn.secret, "wrong")
				s.window.Canvas().Unfocus() // a cursor blinks
				test.AssertImageMatches(t, fmt.Sprintf("sign-in-%s-%s.png", sizeName, name), s.window.Canvas().Capture())
			})
		}
	}
}
