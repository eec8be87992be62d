package app

import (
	"context"
	"errors"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/ferryapp/ferry/app/connect"
	"github.com/ferryapp/ferry/app/platform"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/tus"
)

// studio is the server that snapshots have besides this computer.
func studio(s *stage) uploader.Server {
	server, _ := s.snapshot().Server(2)
	return server
}

// savedServer is the server that the engine was told of first.
func (s *stage) savedServer() uploader.Server {
	s.t.Helper()
	var saved uploader.Server
	s.until("a server is saved", func() bool {
		for _, command := range s.engine.heard() {
			if save, ok := command.(uploader.SaveServer); ok {
				saved = save.Server
				return true
			}
		}
		return false
	})
	return saved
}

func TestEveryFieldOfAServerIsSaved(t *testing.T) {
	s := raise(t, answering(tus.Capabilities{Known: true}, nil))
	s.askServer()
	d := s.asking
	test.Type(d.address, "up.example.com/files/")
	test.Type(d.name, "Studio 2")
	d.signIn.SetSelectedIndex(2)
	test.Type(d.user, "me")
	test.Type(d.secret, "hush hush")
	test.Tap(d.more)
	for field, text := range map[*entry]string{
		d.ca: "/etc/ours.pem", d.certificate: "/home/me/me.pem", d.key: "/home/me/me.key",
		d.chunkMin: "5 MiB", d.chunkMax: "200MiB", d.chunkMultiple: "256 KiB", d.connections: "4", d.simultaneous: "2", d.metadata: "objectName {name}",
	} {
		test.Type(field, text)
	}
	d.proxy.SetSelectedIndex(4)
	test.Type(d.proxyAddress, "proxy.example.com:1080")
	test.Type(d.proxyUser, "us")
	test.Type(d.proxySecret, "hush too")
	test.Type(d.limit.number, "3")
	for _, box := range []*tick{d.checksums, d.override} {
		test.Tap(box)
	}
	test.Tap(d.check)
	s.until("it may be added", d.accept.Visible)
	test.Tap(d.accept)
	saved := s.savedServer()
	want := uploader.Server{
		Name: "Studio 2", Endpoint: "https://up.example.com/files/",
		Profile: uploader.Profile{
			ChunkMin: 5 << 20, ChunkMax: 200 << 20, ChunkMultiple: 256 << 10, Connections: 4, Simultaneous: 2,
			Limit: 3_000_000, Metadata: "objectName {name}", Checksums: true, MethodOverride: true,
		},
		Access: uploader.Access{
			SignIn: uploader.SignInBasic, User: "me", CA: "/etc/ours.pem", Certificate: "/home/me/me.pem", Key: "/home/me/me.key",
			Proxy: "socks5://us@proxy.example.com:1080",
		},
	}
	if diff := cmp.Diff(want, saved, cmpopts.IgnoreFields(uploader.Access{}, "Secret")); diff != "" {
		t.Error(diff)
	}
	secrets := connect.Secrets{SignIn: "hush hush", Proxy: "hush too"}
	if kept, ok := s.access.secret(saved.Access.Secret); !ok || kept != secrets {
		t.Errorf("under %q the keyring has %#v", saved.Access.Secret, kept)
	}
	if s.access.shown[0] != secrets {
		t.Error("it was tried with another sign-in")
	}

	t.Run("and shown again as it is, but for the secrets", func(t *testing.T) {
		saved.ID = 2
		s.openServer(saved)
		d := s.asking
		again, typed, err := d.read()
		if err != nil || typed != (connect.Secrets{}) {
			t.Fatalf("%v, %v", typed, err)
		}
		again.ID, again.Access.Secret = saved.ID, saved.Access.Secret
		if diff := cmp.Diff(saved, again); diff != "" {
			t.Error(diff)
		}
		if !d.open {
			t.Error("what is unusual of it is hidden")
		}
	})
}

func TestFieldsSayWhatIsWrongWithThem(t *testing.T) {
	s := raise(t, answering(tus.Capabilities{}, errors.New("must not be asked")))
	for name, c := range map[string]struct {
		spoil func(*serverDialog)
		said  string
	}{
		"a user with a colon":            {func(d *serverDialog) { d.signIn.SetSelectedIndex(2); d.user.SetText("a:b") }, "colon"},
		"a token of two words":           {func(d *serverDialog) { d.signIn.SetSelectedIndex(1); d.secret.SetText("a b") }, "token"},
		"a header that is none":          {func(d *serverDialog) { d.signIn.SetSelectedIndex(3); d.headers.SetText("hello") }, "one header"},
		"a proxy without an address":     {func(d *serverDialog) { d.proxy.SetSelectedIndex(2) }, "proxy"},
		"a size that is none":            {func(d *serverDialog) { d.chunkMax.SetText("big") }, "size"},
		"a number that is none":          {func(d *serverDialog) { d.connections.SetText("0") }, "1 to 64"},
		"a speed that is none":           {func(d *serverDialog) { d.limit.number.SetText("-1") }, "speed"},
		"a minimum above the maximum":    {func(d *serverDialog) { d.chunkMin.SetText("6 MB"); d.chunkMax.SetText("5 MB") }, "smaller"},
		"metadata with a key twice":      {func(d *serverDialog) { d.metadata.SetText("a 1\na 2") }, "metadata"},
		"an address that is none at all": {func(d *serverDialog) { d.address.SetText("https://") }, "address"},
	} {
		t.Run(name, func(t *testing.T) {
			s.askServer()
			d := s.asking
			test.Type(d.address, "up.example.com")
			c.spoil(d)
			d.try()
			if !strings.Contains(d.said(), c.said) || d.check.Disabled() {
				t.Errorf("said %q", d.said())
			}
			d.box.Hide()
		})
	}
}

func TestASecretIsKeptUntilAnotherIsTyped(t *testing.T) {
	s := raise(t, answering(tus.Capabilities{Known: true}, nil))
	old := studio(s)
	old.Access = uploader.Access{SignIn: uploader.SignInBearer, Secret: "server-1"}
	s.access.kept["server-1"] = connect.Secrets{SignIn: "first"}.Pack()

	s.openServer(old)
	s.asking.name.SetText("Renamed")
	test.Tap(s.asking.accept)
	if saved := s.savedServer(); saved.ID != 2 || saved.Name != "Renamed" || saved.Access != old.Access {
		t.Errorf("saved %+v", saved)
	}
	s.until("it is said that it may go on", func() bool {
		commands := s.engine.heard()
		return commands[len(commands)-1] == uploader.Command(uploader.SignedIn{Server: 2})
	})
	if kept, _ := s.access.secret("server-1"); kept.SignIn != "first" {
		t.Errorf("the keyring has %#v", kept)
	}

	s.openServer(old)
	test.Type(s.asking.secret, "second")
	test.Tap(s.asking.accept)
	s.until("the new one is kept", func() bool { kept, _ := s.access.secret("server-1"); return kept.SignIn == "second" })

	s.openServer(old)
	s.asking.signIn.SetSelectedIndex(0)
	test.Tap(s.asking.accept)
	s.until("it is forgotten", func() bool { _, there := s.access.secret("server-1"); return !there })
}

func TestTheDialogSaysWhereASecretIsKept(t *testing.T) {
	for keeping, part := range map[platform.Keeping]string{
		platform.KeptBySystem: "only in this computer's keyring", platform.KeptInFile: "encrypted file",
		platform.KeptLocked: "is locked", platform.KeptForNow: "lost when Ferry quits",
	} {
		s := raise(t, newFakeEngine())
		s.access.keeping = keeping
		s.askServer()
		s.asking.signIn.SetSelectedIndex(1)
		s.until(part, func() bool { return strings.Contains(s.asking.noted(), part) })
		s.asking.address.SetText("http://up.example.com/")
		s.asking.look()
		s.until("the open line", func() bool { return strings.Contains(s.asking.noted(), "not encrypted") })
	}
}

// noted is what stands under the sign-in.
func (d *serverDialog) noted() string {
	text := ""
	for _, o := range test.LaidOutObjects(d.note) {
		if said, ok := o.(interface{ String() string }); ok {
			text += said.String()
		}
	}
	return text
}

func TestALockedFileIsUnlockedOnTheWay(t *testing.T) {
	s := raise(t, answering(tus.Capabilities{Known: true}, nil))
	s.access.keeping, s.access.passphrase = platform.KeptLocked, "open sesame"
	s.openServer(studio(s))
	s.asking.signIn.SetSelectedIndex(1)
	test.Type(s.asking.secret, "t0ken")
	test.Tap(s.asking.accept)
	s.until("the passphrase is asked for", func() bool { return s.passphrase != nil })
	test.Tap(s.passphrase.accept) // without one
	test.Type(s.passphrase.first, "wrong")
	test.Tap(s.passphrase.accept)
	s.until("it is said that it is wrong", func() bool { return !s.passphrase.accept.Disabled() })
	s.passphrase.first.SetText("open sesame")
	test.Tap(s.passphrase.accept)
	saved := s.savedServer()
	if kept, _ := s.access.secret(saved.Access.Secret); kept.SignIn != "t0ken" {
		t.Errorf("the keyring has %#v", kept)
	}
}

func TestAKeyringThatFailsIsSaid(t *testing.T) {
	s := raise(t, answering(tus.Capabilities{Known: true}, nil))
	s.access.refuse = errors.New("no reply")
	s.openServer(studio(s))
	s.asking.signIn.SetSelectedIndex(1)
	test.Type(s.asking.secret, "t0ken")
	test.Tap(s.asking.accept)
	s.until("it is said", func() bool { return strings.Contains(s.asking.said(), "keyring") })
	if len(s.engine.heard()) != 0 {
		t.Error("the server was saved without its sign-in")
	}
}

// blocking is a snapshot with two uploads that a server keeps waiting.
func blocking(f *fault.Fault) *uploader.Snapshot {
	failed := &uploader.Transfer{ID: 1, Server: 2, Phase: uploader.PhaseFailed, Fault: f}
	next := &uploader.Transfer{ID: 2, Server: 2}
	s := snapshotOf(failed, next)
	s.Blocked = map[uploader.ServerID]*fault.Fault{2: f}
	return s
}

func TestOneBannerSaysWhatAServerWaitsFor(t *testing.T) {
	code := func(kind fault.Kind, code string) *fault.Fault {
		return &fault.Fault{Kind: kind, Op: fault.Head, Code: code}
	}
	for name, c := range map[string]struct {
		fault  *fault.Fault
		text   string
		button string
		then   func(*stage) bool
	}{
		"a sign-in": {code(fault.Auth, ""), "Studio requires sign-in. 2 uploads are waiting.", "Sign in…", func(s *stage) bool {
			return s.asking != nil && s.asking.kind() == uploader.SignInBearer
		}},
		"a sign-in that is gone": {code(fault.Auth, fault.CodeNoSecret), "no longer in the keyring", "Sign in…", func(s *stage) bool { return s.asking != nil }},
		"a locked file":          {code(fault.Auth, fault.CodeLocked), "locked", "Unlock…", func(s *stage) bool { return s.passphrase != nil }},
		"a keyring that fails":   {code(fault.Auth, fault.CodeKeyring), "doesn't respond", "Try again", signedIn},
		"a proxy":                {code(fault.Auth, fault.CodeProxy), "proxy", "Server settings…", func(s *stage) bool { return s.asking != nil }},
		"a certificate":          {code(fault.TLS, ""), "isn't trusted", "Try again", signedIn},
		"a certificate file":     {code(fault.TLS, fault.CodeTrust), "certificate file", "Server settings…", func(s *stage) bool { return s.asking != nil }},
		"no upload server":       {&fault.Fault{Kind: fault.NotTus, Op: fault.Create}, "not a tus upload server", "Try again", signedIn},
		"a page in its place":    {code(fault.NotTus, ""), "not from “Studio”", "Try again", signedIn},
		"a full server":          {code(fault.Quota, ""), "no space left", "Try again", signedIn},
	} {
		t.Run(name, func(t *testing.T) {
			s := raise(t, newFakeEngine())
			s.publish(blocking(c.fault))
			model := s.window.banner.model()
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
		s := raise(t, newFakeEngine())
		s.publish(blocking(code(fault.Auth, "")))
		s.publish(snapshotOf())
		if text := s.window.banner.model().Text; text != "" {
			t.Errorf("says %q", text)
		}
	})
}

func signedIn(s *stage) bool {
	commands := s.engine.heard()
	return len(commands) == 1 && commands[0] == uploader.Command(uploader.SignedIn{Server: 2})
}

func TestServersAreManaged(t *testing.T) {
	t.Run("one is edited", func(t *testing.T) {
		s := raise(t, newFakeEngine())
		pick(t, s.window.bar.serverMenu(), "Manage servers…")
		s.pressed("Edit…")
		if s.asking == nil || s.asking.address.Text != "https://studio.example.com/files/" {
			t.Error("its settings are not open")
		}
	})
	t.Run("one is removed with its sign-in", func(t *testing.T) {
		s := raise(t, newFakeEngine())
		server := studio(s)
		server.Access.Secret = "server-1"
		s.access.kept["server-1"] = "x"
		s.removeServer(server)
		s.press("Remove")
		if got := s.heard(1); got != uploader.Command(uploader.RemoveServer{ID: 2}) {
			t.Errorf("told %v", got)
		}
		s.until("it is forgotten", func() bool { _, there := s.access.secret("server-1"); return !there })
	})
	t.Run("one that is in use stays", func(t *testing.T) {
		s := raise(t, newFakeEngine(&uploader.Transfer{ID: 1, Server: 2}))
		s.manageServers()
		s.pressed("Remove…")
		s.press("Close")
		if len(s.engine.heard()) != 0 {
			t.Errorf("told %v", s.engine.heard())
		}
	})
}

// pressed taps the button in a page that lies over the window.
func (s *stage) pressed(label string) {
	s.t.Helper()
	for _, o := range test.LaidOutObjects(s.window.window.Canvas().Overlays().Top()) {
		if button, ok := o.(*press); ok && button.Text == label {
			test.Tap(button)
			return
		}
	}
	s.t.Fatalf("there is no button %q", label)
}

func TestAGivenUploadIsDescribed(t *testing.T) {
	engine := newFakeEngine()
	engine.probe = func(context.Context, string) (tus.Capabilities, error) { return tus.Capabilities{}, nil }
	s := raise(t, engine)
	s.access.upload = &connect.Answer{Upload: &tus.Status{Offset: 0, Length: 4_000_000_000}}
	s.askServer()
	test.Type(s.asking.address, "up.example.com/files/abc")
	test.Tap(s.asking.more)
	test.Tap(s.asking.given)
	test.Tap(s.asking.check)
	s.until("what it holds", func() bool { return strings.Contains(s.asking.said(), "of 4.0 GB") })
	if !s.access.tried[0].Profile.Given {
		t.Error("it was not tried as one")
	}
}

func TestTheDialogStaysInsideTheWindow(t *testing.T) {
	s := raise(t, newFakeEngine())
	s.askServer()
	d := s.asking
	within := func(when string) {
		t.Helper()
		bottom := fyne.CurrentApp().Driver().AbsolutePositionForObject(d.cancel).Y + d.cancel.Size().Height
		if room := s.window.window.Canvas().Size().Height; bottom > room {
			t.Errorf("%s its buttons end at %v of %v", when, bottom, room)
		}
	}
	within("at first")
	test.Tap(d.more)
	within("with more settings")
	d.signIn.SetSelectedIndex(3)
	d.proxy.SetSelectedIndex(3)
	within("with all of them")
}
