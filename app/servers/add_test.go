package servers

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/app/internal/apptest"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/tus"
)

// ready is what a server answers that lists its features.
var ready = tus.Capabilities{Known: true, Extensions: []string{tus.Creation}}

func enter(field fyne.Focusable) {
	field.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
}

func TestEnterAddsServer(t *testing.T) {
	t.Run("that is ready", func(t *testing.T) {
		s := start(t, apptest.EngineAnswering(ready, nil))
		s.Add()
		test.Type(s.dialog.address, " https://up.example.com/files/ ")
		enter(s.dialog.address)
		if got := s.savedServer(); got.Endpoint != "https://up.example.com/files/" || got.Name != "up.example.com" {
			t.Errorf("saved %+v", got)
		}
		s.until("the dialog is closed and the server chosen", func() bool { return !s.dialog.box.Visible() && s.chosen != 0 })
	})
	t.Run("that failed the check only after a second one", func(t *testing.T) {
		s := start(t, apptest.EngineAnswering(tus.Capabilities{}, fault.New(fault.Unreachable, fault.Probe, nil)))
		s.Add()
		d := s.dialog
		test.Type(d.address, "up.example.com")
		enter(d.address)
		s.until("the check has ended", func() bool { return d.checked })
		if d.accept.Text != "Add anyway" || len(s.engine.Commands()) > 0 {
			t.Errorf("button is %q, engine received %v", d.accept.Text, s.engine.Commands())
		}
		enter(d.address)
		if got := s.savedServer(); got.Endpoint != "https://up.example.com/" {
			t.Errorf("saved %+v", got)
		}
	})
	t.Run("with a sign-in that is entered in the field that the server made appear", func(t *testing.T) {
		asked := fault.New(fault.Auth, fault.Probe, nil)
		asked.Challenge = `Bearer realm="api"`
		s := start(t, apptest.EngineAnswering(tus.Capabilities{}, asked))
		s.Add()
		d := s.dialog
		if d.signInRow[1].Visible() || d.secretRow[1].Visible() {
			t.Fatal("the sign-in is shown before it is asked for")
		}
		test.Type(d.address, "up.example.com")
		enter(d.address)
		s.until("the token has the focus", func() bool { return s.window.Canvas().Focused() == fyne.Focusable(d.secret) })
		if d.kind() != uploader.SignInBearer || !d.signInRow[1].Visible() || d.moreOpen {
			t.Errorf("sign-in %q, all options are open: %t", d.kind(), d.moreOpen)
		}
		if !strings.Contains(d.resultText(), "Fill in the fields above") {
			t.Errorf("got result %q", d.resultText())
		}
		s.engine.ProbeFunc = apptest.EngineAnswering(ready, nil).ProbeFunc
		test.Type(d.secret, "t0ken")
		enter(d.secret)
		saved := s.savedServer()
		if stored, _ := s.access.Secret(saved.Access.SecretName); stored.SignIn != "t0ken" {
			t.Errorf("keyring has %#v", stored)
		}
	})
	t.Run("not while it is checked", func(t *testing.T) {
		s := start(t, apptest.EngineAnswering(ready, nil))
		s.Add()
		test.Type(s.dialog.address, "up.example.com")
		enter(s.dialog.address)
		enter(s.dialog.address)
		s.savedServer()
		s.until("the dialog is closed", func() bool { return !s.dialog.box.Visible() })
		if len(s.access.Tested) != 1 || len(s.engine.Commands()) != 1 {
			t.Errorf("tested %d times, engine received %v", len(s.access.Tested), s.engine.Commands())
		}
	})
}

func TestEnterSavesChangedServer(t *testing.T) {
	s := start(t, apptest.NewEngine())
	s.Edit(studio(s))
	enter(s.dialog.chunkMax)
	if got := s.savedServer(); got.ID != 2 || len(s.access.Tested) > 0 {
		t.Errorf("saved %+v, tested %d times", got, len(s.access.Tested))
	}
}

// TestErrorInHiddenFieldShowsIt: what is invalid is visible, has the focus, and the dialog
// fits.
func TestErrorInHiddenFieldShowsIt(t *testing.T) {
	for name, invalid := range map[string]func(*serverDialog) fyne.Focusable{
		"chunk size":    func(d *serverDialog) fyne.Focusable { d.chunkMax.SetText("big"); return d.chunkMax },
		"metadata":      func(d *serverDialog) fyne.Focusable { d.metadata.SetText("a={nothing}"); return d.metadata },
		"speed limit":   func(d *serverDialog) fyne.Focusable { d.limit.Number.SetText("-1"); return d.limit.Number },
		"proxy address": func(d *serverDialog) fyne.Focusable { d.proxy.SetSelectedIndex(2); return d.proxyAddress },
	} {
		t.Run(name, func(t *testing.T) {
			s := start(t, apptest.NewEngine())
			s.Add()
			d := s.dialog
			test.Type(d.address, "up.example.com")
			field := invalid(d)
			enter(d.address)
			if !d.moreOpen || s.window.Canvas().Focused() != field || hiddenIn(d.rows.Objects, field.(fyne.CanvasObject)) {
				t.Errorf("options open: %t, focus is on %T", d.moreOpen, s.window.Canvas().Focused())
			}
			if len(s.access.Tested) > 0 {
				t.Error("the server was tested")
			}
		})
	}
}

// TestOptionsOfServerAreShown: a server whose options differ from the defaults shows them.
func TestOptionsOfServerAreShown(t *testing.T) {
	for name, change := range map[string]struct {
		edit func(*uploader.Server)
		open bool
	}{
		"none":       {func(*uploader.Server) {}, false},
		"chunk size": {func(s *uploader.Server) { s.Options.ChunkMax = 5 << 20 }, true},
		"checksums":  {func(s *uploader.Server) { s.Options.Checksums = true }, true},
		"proxy":      {func(s *uploader.Server) { s.Access.Proxy = "none" }, true},
		"key":        {func(s *uploader.Server) { s.Access.Key = "/home/me/me.key" }, true},
	} {
		t.Run(name, func(t *testing.T) {
			s := start(t, apptest.NewEngine())
			server := studio(s)
			change.edit(&server)
			s.Edit(server)
			if s.dialog.moreOpen != change.open {
				t.Errorf("options open: %t", s.dialog.moreOpen)
			}
			for _, label := range []string{"Address", "Name", "Sign-in"} {
				if !strings.Contains(strings.Join(s.dialog.labels(), ","), label) {
					t.Errorf("%s is hidden", label)
				}
			}
		})
	}
}

func TestMoreOptionsOfNewServer(t *testing.T) {
	s := start(t, apptest.NewEngine())
	s.Add()
	d := s.dialog
	if diff := cmp.Diff([]string{"Service", "Address"}, d.labels()); diff != "" {
		t.Error(diff)
	}
	test.Tap(d.moreButton)
	if got := strings.Join(d.labels(), ","); !strings.HasPrefix(got, "Service,Address,Name,Sign-in,") {
		t.Errorf("labels are %s", got)
	}
	d.signIn.SetSelectedIndex(1)
	test.Tap(d.moreButton)
	if diff := cmp.Diff([]string{"Service", "Address", "Sign-in", "Token"}, d.labels()); diff != "" {
		t.Errorf("a chosen sign-in is hidden: %s", diff)
	}
}
