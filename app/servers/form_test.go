package servers

import (
	"context"
	"errors"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/ferryapp/ferry/app/connect"
	"github.com/ferryapp/ferry/app/form"
	"github.com/ferryapp/ferry/app/internal/apptest"
	"github.com/ferryapp/ferry/app/platform"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/tus"
	"github.com/ferryapp/ferry/widgets/dialog"
	"github.com/ferryapp/ferry/widgets/theme"
)

// studio returns the second server of the snapshots.
func studio(s *testManager) uploader.Server {
	server, _ := s.engine.Snapshot().Server(2)
	return server
}

// savedServer waits for the first SaveServer command, and returns its server.
func (s *testManager) savedServer() uploader.Server {
	s.t.Helper()
	var saved uploader.Server
	s.until("the server is saved", func() bool {
		for _, command := range s.engine.Commands() {
			if save, ok := command.(uploader.SaveServer); ok {
				saved = save.Server
				return true
			}
		}
		return false
	})
	return saved
}

func TestEveryServerFieldIsSaved(t *testing.T) {
	s := start(t, apptest.EngineAnswering(tus.Capabilities{Known: true}, nil))
	s.Add()
	d := s.dialog
	test.Type(d.address, "up.example.com/files/#sha256="+testFingerprint)
	test.Type(d.name, "Studio 2")
	d.signIn.SetSelectedIndex(2)
	test.Type(d.user, "me")
	test.Type(d.secret, "hush hush")
	test.Tap(d.moreButton)
	for field, text := range map[*form.Entry]string{
		d.ca: "/etc/ours.pem", d.certificate: "/home/me/me.pem", d.key: "/home/me/me.key",
		d.chunkMin: "5 MiB", d.chunkMax: "200MiB", d.chunkMultiple: "256 KiB", d.connections: "4", d.maxFiles: "2", d.metadata: "objectName={name}", d.uploadPath: "in/{path}",
		d.allowedHosts: "Media.example.com, https://b.example:8443/files/", d.linkTemplate: "https://up.example.com/assets/{id}", d.idHeaders: "X-Id Other-Id",
	} {
		test.Type(field, text)
	}
	d.folders.SetSelectedIndex(2)
	d.proxy.SetSelectedIndex(4)
	test.Type(d.proxyAddress, "proxy.example.com:1080")
	test.Type(d.proxyUser, "us")
	test.Type(d.proxySecret, "hush too")
	test.Type(d.limit.Number, "3")
	for _, box := range []*form.Checkbox{d.checksums, d.override, d.oneRequest} {
		test.Tap(box)
	}
	test.Tap(d.check)
	s.until("the check has ended", func() bool { return d.checked })
	test.Tap(d.accept)
	saved := s.savedServer()
	want := uploader.Server{
		Name: "Studio 2", Endpoint: "https://up.example.com/files/",
		Options: uploader.ServerOptions{
			ChunkMin: 5 << 20, ChunkMax: 200 << 20, ChunkMultiple: 256 << 10, Connections: 4, MaxFiles: 2,
			Limit: 3_000_000, Metadata: "objectName={name}", UploadPath: "in/{path}", Folders: uploader.FoldersFlat, Checksums: true, MethodOverride: true, OneRequest: true,
			AllowedHosts: "media.example.com b.example:8443", LinkTemplate: "https://up.example.com/assets/{id}", IDHeaders: "X-Id, Other-Id",
		},
		Access: uploader.Access{
			SignIn: uploader.SignInBasic, User: "me", CA: "/etc/ours.pem", CertificateFingerprint: testFingerprint, Certificate: "/home/me/me.pem", Key: "/home/me/me.key",
			Proxy: "socks5://us@proxy.example.com:1080",
		},
	}
	if diff := cmp.Diff(want, saved, cmpopts.IgnoreFields(uploader.Access{}, "SecretName")); diff != "" {
		t.Error(diff)
	}
	secrets := connect.Secrets{SignIn: "hush hush", Proxy: "hush too"}
	if stored, ok := s.access.Secret(saved.Access.SecretName); !ok || stored != secrets {
		t.Errorf("keyring has %#v under %q", stored, saved.Access.SecretName)
	}
	if s.access.Secrets[0] != secrets {
		t.Error("the server was tested with other secrets")
	}

	t.Run("shown again without the secrets", func(t *testing.T) {
		saved.ID = 2
		s.Edit(saved)
		d := s.dialog
		read, typed, err := d.read()
		if err != nil || typed != (connect.Secrets{}) {
			t.Fatalf("%v, %v", typed, err)
		}
		read.ID, read.Access.SecretName = saved.ID, saved.Access.SecretName
		if diff := cmp.Diff(saved, read); diff != "" {
			t.Error(diff)
		}
		if !d.moreOpen {
			t.Error("fields with values are hidden")
		}
	})
}

func TestInvalidFieldsAreReported(t *testing.T) {
	s := start(t, apptest.EngineAnswering(tus.Capabilities{}, errors.New("unexpected request")))
	for name, c := range map[string]struct {
		edit func(*serverDialog)
		want string
	}{
		"user with a colon":         {func(d *serverDialog) { d.signIn.SetSelectedIndex(2); d.user.SetText("a:b") }, "colon"},
		"token with a space":        {func(d *serverDialog) { d.signIn.SetSelectedIndex(1); d.secret.SetText("a b") }, "token"},
		"invalid header":            {func(d *serverDialog) { d.signIn.SetSelectedIndex(3); d.headers.SetText("hello") }, "one header"},
		"header that Ferry sets":    {func(d *serverDialog) { d.signIn.SetSelectedIndex(3); d.headers.SetText("Connection: close") }, "Connection can't be set"},
		"proxy without an address":  {func(d *serverDialog) { d.proxy.SetSelectedIndex(2) }, "proxy"},
		"invalid size":              {func(d *serverDialog) { d.chunkMax.SetText("big") }, "size"},
		"invalid number":            {func(d *serverDialog) { d.connections.SetText("0") }, "1 to 64"},
		"invalid rate":              {func(d *serverDialog) { d.limit.Number.SetText("-1") }, "speed"},
		"minimum above the maximum": {func(d *serverDialog) { d.chunkMin.SetText("6 MB"); d.chunkMax.SetText("5 MB") }, "smaller"},
		"duplicate metadata key":    {func(d *serverDialog) { d.metadata.SetText("a 1\na 2") }, "metadata"},
		"invalid allowed host":      {func(d *serverDialog) { d.allowedHosts.SetText("media.example.com ftp://x") }, "host names"},
		"link with an unknown name": {func(d *serverDialog) { d.linkTemplate.SetText("https://x/{what}") }, "link"},
		"invalid header of the ID":  {func(d *serverDialog) { d.idHeaders.SetText("X-Id: 1") }, "header names"},
		"invalid address":           {func(d *serverDialog) { d.address.SetText("https://") }, "address"},
	} {
		t.Run(name, func(t *testing.T) {
			s.Add()
			d := s.dialog
			test.Type(d.address, "up.example.com")
			c.edit(d)
			d.startCheck(false)
			if !strings.Contains(d.resultText(), c.want) || d.check.Disabled() {
				t.Errorf("got result %q", d.resultText())
			}
			d.box.Hide()
		})
	}
}

func TestSecretIsKeptUntilReplaced(t *testing.T) {
	s := start(t, apptest.EngineAnswering(tus.Capabilities{Known: true}, nil))
	old := studio(s)
	old.Access = uploader.Access{SignIn: uploader.SignInBearer, SecretName: "server-1"}
	s.access.Stored["server-1"] = connect.Secrets{SignIn: "first"}.Encode()

	s.Edit(old)
	s.dialog.name.SetText("Renamed")
	test.Tap(s.dialog.accept)
	if saved := s.savedServer(); saved.ID != 2 || saved.Name != "Renamed" || saved.Access != old.Access {
		t.Errorf("saved %+v", saved)
	}
	s.until("the server is unblocked", func() bool {
		commands := s.engine.Commands()
		return commands[len(commands)-1] == uploader.Command(uploader.Unblock{Server: 2})
	})
	if stored, _ := s.access.Secret("server-1"); stored.SignIn != "first" {
		t.Errorf("keyring has %#v", stored)
	}

	s.Edit(old)
	test.Type(s.dialog.secret, "second")
	test.Tap(s.dialog.accept)
	s.until("the new secret is stored", func() bool { stored, _ := s.access.Secret("server-1"); return stored.SignIn == "second" })

	s.Edit(old)
	s.dialog.signIn.SetSelectedIndex(0)
	test.Tap(s.dialog.accept)
	s.until("the secret is deleted", func() bool { _, ok := s.access.Secret("server-1"); return !ok })
}

func TestDialogShowsWhereSecretIsStored(t *testing.T) {
	for storage, part := range map[platform.Storage]string{
		platform.StorageSystem: "only in this computer's keyring", platform.StorageFile: "encrypted file",
		platform.StorageLockedFile: "is locked", platform.StorageMemory: "lost when Ferry quits",
	} {
		s := start(t, apptest.NewEngine())
		s.access.StorageState = storage
		s.Add()
		s.dialog.signIn.SetSelectedIndex(1)
		s.until("the note contains "+part, func() bool { return strings.Contains(s.dialog.noteText(), part) })
		s.dialog.address.SetText("http://up.example.com/")
		s.dialog.readStorage()
		s.until("the note warns of the unencrypted connection", func() bool { return strings.Contains(s.dialog.noteText(), "not encrypted") })
	}
}

// noteText returns the text of the note below the sign-in.
func (d *serverDialog) noteText() string {
	text := ""
	for _, o := range test.LaidOutObjects(d.note) {
		if paragraph, ok := o.(*dialog.Paragraph); ok {
			text += paragraph.Text()
		}
	}
	return text
}

func TestLockedSecretsAreUnlockedBeforeSaving(t *testing.T) {
	s := start(t, apptest.EngineAnswering(tus.Capabilities{Known: true}, nil))
	s.access.StorageState, s.access.Passphrase = platform.StorageLockedFile, "open sesame"
	s.Edit(studio(s))
	s.dialog.signIn.SetSelectedIndex(1)
	test.Type(s.dialog.secret, "t0ken")
	test.Tap(s.dialog.accept)
	s.until("Unlock is called", func() bool { return s.unlocked != nil })
	if err := s.access.Unlock(t.Context(), "open sesame"); err != nil {
		t.Fatal(err)
	}
	s.unlocked()
	saved := s.savedServer()
	if stored, _ := s.access.Secret(saved.Access.SecretName); stored.SignIn != "t0ken" {
		t.Errorf("keyring has %#v", stored)
	}
}

func TestKeyringErrorIsShown(t *testing.T) {
	s := start(t, apptest.EngineAnswering(tus.Capabilities{Known: true}, nil))
	s.access.Err = errors.New("no reply")
	s.Edit(studio(s))
	s.dialog.signIn.SetSelectedIndex(1)
	test.Type(s.dialog.secret, "t0ken")
	test.Tap(s.dialog.accept)
	s.until("the error is shown", func() bool { return strings.Contains(s.dialog.resultText(), "keyring") })
	if len(s.engine.Commands()) != 0 {
		t.Error("the server was saved without its secret")
	}
}

func TestCheckShowsOffsetOfGivenUpload(t *testing.T) {
	engine := apptest.NewEngine()
	engine.ProbeFunc = func(context.Context, string) (tus.Capabilities, error) { return tus.Capabilities{}, nil }
	s := start(t, engine)
	s.access.Result = &uploader.ServerTest{Upload: &tus.Status{Offset: 0, Length: 4_000_000_000}}
	s.Add()
	test.Type(s.dialog.address, "up.example.com/files/abc")
	test.Tap(s.dialog.moreButton)
	test.Tap(s.dialog.given)
	test.Tap(s.dialog.check)
	s.until("the size is shown", func() bool { return strings.Contains(s.dialog.resultText(), "of 4.0 GB") })
	if !s.access.Tested[0].Options.GivenURL {
		t.Error("the server was not tested as the URL of an upload")
	}
}

func TestDialogFitsWindow(t *testing.T) {
	s := start(t, apptest.NewEngine())
	s.Add()
	d := s.dialog
	checkFits := func(state string) {
		t.Helper()
		bottom := fyne.CurrentApp().Driver().AbsolutePositionForObject(d.cancel).Y + d.cancel.Size().Height
		if room := s.window.Canvas().Size().Height; bottom > room {
			t.Errorf("%s: buttons end at %v of %v", state, bottom, room)
		}
	}
	checkFits("initially")
	test.Tap(d.moreButton)
	checkFits("more fields")
	d.signIn.SetSelectedIndex(3)
	d.proxy.SetSelectedIndex(3)
	checkFits("all fields")
}

// TestFieldsUseTheRoomOfTheResult: room is reserved for the result only where the fields
// leave it.
func TestFieldsUseTheRoomOfTheResult(t *testing.T) {
	apptest.App(t).Settings().SetTheme(theme.New(theme.System, 1))
	fields, page, busy, result := canvas.NewRectangle(nil), canvas.NewRectangle(nil), canvas.NewRectangle(nil), dialog.NewParagraph("x")
	busy.Hide()
	reserved, gap := theme.Grid(resultHeight), theme.Grid(3)
	for _, c := range []struct {
		name                 string
		fields, height, want float32 // want is the height of the page
		text                 string
	}{
		{"room for both", 100, 100 + gap + reserved, 100, ""},
		{"room for a part of the result", 100, 120, 100, ""},
		{"no room for the fields", 500, 200, 200 - gap, ""},
		{"a result", 500, 200, 200 - gap - result.HeightAt(400), "x"},
		{"a result without room", 500, 0, 0, "x"},
	} {
		fields.SetMinSize(fyne.NewSize(100, c.fields))
		result.SetText(c.text)
		resultLayout{result, fields}.Layout([]fyne.CanvasObject{page, busy, result}, fyne.NewSize(400, c.height))
		if got := page.Size().Height; got != c.want {
			t.Errorf("%s: the fields have %g, want %g", c.name, got, c.want)
		}
	}
}
