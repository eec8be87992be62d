package servers

import (
	"cmp"
	"context"
	"errors"
	"net/url"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"github.com/ferryapp/ferry/app/connect"
	"github.com/ferryapp/ferry/app/form"
	"github.com/ferryapp/ferry/app/platform"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/netx"
	"github.com/ferryapp/ferry/widgets/dialog"
	"github.com/ferryapp/ferry/widgets/theme"
)

// signInDialog asks for the sign-in to a server that requires one. It is tested before it is
// saved; what was typed stays if the server rejects it. It must be used on the UI goroutine.
type signInDialog struct {
	manager *Manager
	server  uploader.Server
	wanted  challenge
	storage platform.Storage

	box                   *dialog.Dialog
	page                  *dialog.Page
	method                *form.Select
	user, secret, headers *form.Entry
	keep                  *form.Checkbox
	wants, result, note   *dialog.Paragraph
	rows                  *fyne.Container
	userRow, secretRow    []fyne.CanvasObject
	headersRow            []fyne.CanvasObject
	accept                *form.DialogButton
}

// SignIn opens the dialog for a server that requires sign-in. It asks for what the server
// asks for, and shows why if the server rejected the sign-in that it has. f may be nil.
func (m *Manager) SignIn(server uploader.Server, f *fault.Fault) {
	text := ""
	if f != nil {
		text = f.Challenge
	}
	wanted, known := wantedSignIn(server, text)
	d := &signInDialog{manager: m, server: server, wanted: wanted}
	m.signIn = d
	d.build(known)
	if f != nil && (f.Code == fault.CodeSignInRejected || f.Code == fault.CodeSignInExpired || f.Forbidden()) {
		d.setResult(words.Fault(f, words.Subject{Server: words.Server(server)}).String(), theme.Error)
	}
	m.config.Dialogs.Present(d.box)
	m.config.Dialogs.Canvas().Focus(d.firstField())
	m.config.Bridge.Run(func(ctx context.Context) {
		storage := m.config.Access.Storage(ctx)
		m.config.Bridge.Post(func() { d.showStorage(storage) })
	})
}

// build creates the dialog. If the method is not known, the user chooses it.
func (d *signInDialog) build(known bool) {
	hide := func() { d.box.Hide() }
	d.page = dialog.NewPage()
	host := form.Host{Close: hide, Reveal: d.page.Reveal}
	submit := func(string) { d.submit() }
	d.user, d.secret = form.NewEntry(host, 20, nil), form.NewEntry(host, 20, nil)
	d.user.SetText(d.server.Access.User)
	d.user.OnSubmitted, d.secret.OnSubmitted = submit, submit
	d.secret.Password = true
	d.headers = form.NewMultilineEntry(host, 3, nil)
	d.headers.SetPlaceHolder("X-Api-Key: …")
	d.method = form.NewSelect(host, optionLabels("server.sign-in.", []string{"bearer", "basic", "headers"}), func(index int) {
		d.wanted = challenge{kind: signIns[index+1]}
		d.arrange()
	})
	d.method.ShowIndex(slices.Index(signIns, d.wanted.kind) - 1)
	d.keep = form.NewCheckbox(host, nil)
	d.keep.Checked = true
	d.keep.Text = words.Text("sign-in.keep")
	d.wants, d.result, d.note = dialog.NewParagraph(""), dialog.NewParagraph(""), dialog.NewParagraph("")
	d.userRow, d.secretRow, d.headersRow = row("server.user", d.user), row("server.secret", d.secret), row("server.headers", d.headers)
	d.rows = container.New(layout.NewFormLayout())
	if !known {
		d.rows.Objects = row("server.sign-in", d.method)
	}
	d.rows.Objects = slices.Concat(d.rows.Objects, d.userRow, d.secretRow, d.headersRow, []fyne.CanvasObject{layout.NewSpacer(), d.keep})
	d.accept = form.NewDialogButton(words.Text("sign-in.accept"), d.submit, hide)
	d.accept.Importance = widget.HighImportance
	more := form.NewDialogButton(words.Text("sign-in.more"), func() { hide(); d.manager.Edit(d.server) }, hide)
	cancel := form.NewDialogButton(words.Text("cancel"), hide, hide)
	title := words.Text("sign-in.title", words.Data{"Server": words.Server(d.server)})
	d.box = dialog.New(d.manager.config.Dialogs.Canvas(), title, d.page, more, layout.NewSpacer(), cancel, d.accept)
	d.wants.Set(d.wantsText(known), theme.Muted)
	d.arrange()
}

// wantsText returns what the server asks for, in its own name for it.
func (d *signInDialog) wantsText(known bool) string {
	data := words.Data{"Host": words.Printable(hostOf(d.server.Endpoint)), "Realm": words.Printable(d.wanted.realm)}
	text := words.Text("sign-in.wants", data)
	switch {
	case !known:
		text = words.Text("sign-in.wants.any", data)
	case d.wanted.kind == uploader.SignInBasic:
		text = words.Text("sign-in.wants.basic", data)
	case d.wanted.kind == uploader.SignInBearer:
		text = words.Text("sign-in.wants.bearer", data)
	}
	if d.wanted.realm != "" {
		text = words.Sentences(text, words.Text("sign-in.realm", data))
	}
	if u, err := url.Parse(d.server.Endpoint); err == nil && u.Scheme == "http" && !netx.IsLoopback(u.Hostname()) {
		text += "\n" + words.Text("server.open-line")
	}
	return text
}

// firstField returns the first field that is empty.
func (d *signInDialog) firstField() fyne.Focusable {
	switch {
	case d.wanted.kind == uploader.SignInHeaders:
		return d.headers
	case d.wanted.kind == uploader.SignInBasic && d.user.Text == "":
		return d.user
	default:
		return d.secret
	}
}

// arrange shows the fields of the method, and gives the dialog the height that they need.
func (d *signInDialog) arrange() {
	kind := d.wanted.kind
	form.SetVisible(kind == uploader.SignInBasic, d.userRow...)
	form.SetVisible(kind != uploader.SignInHeaders, d.secretRow...)
	form.SetVisible(kind == uploader.SignInHeaders, d.headersRow...)
	label := "server.secret"
	if kind == uploader.SignInBearer {
		label = "server.token"
	}
	d.secretRow[0].(*widget.Label).SetText(words.Text(label))
	text := d.wants
	if d.result.Text() != "" {
		text = d.result // in its place, so that it is visible in the smallest window too
	}
	objects := []fyne.CanvasObject{text, d.rows}
	if d.note.Text() != "" {
		objects = append(objects, d.note)
	}
	d.page.SetObjects(objects...)
	d.box.SetSize(fyne.NewSize(theme.Grid(form.QuestionWidth), 0))
}

// showStorage says where the sign-in is kept.
func (d *signInDialog) showStorage(storage platform.Storage) {
	d.storage = storage
	switch storage {
	case platform.StorageMemory:
		d.keep.Hide()
		d.note.Set(words.Text("server.kept.now"), theme.Warning)
	case platform.StorageFile, platform.StorageLockedFile:
		d.keep.SetText(words.Text("sign-in.keep.file"))
	}
	d.arrange()
}

// setResult shows a text instead of what the server asks for.
func (d *signInDialog) setResult(text string, tone theme.Tone) {
	d.result.Set(text, tone)
	d.arrange()
}

// read returns the server with the sign-in that was typed. If a field is invalid, it shows
// the error, focuses the field and returns false.
func (d *signInDialog) read() (next uploader.Server, typed connect.Secrets, ok bool) {
	next = d.server
	next.Access.SignIn, next.Access.User = d.wanted.kind, ""
	if d.wanted.kind == uploader.SignInBasic {
		next.Access.User = d.user.Text
	}
	secret, err := readSecret(d.wanted.kind, d.user, d.secret, d.headers)
	if invalid, isField := errors.AsType[*fieldError](err); isField {
		d.setResult(invalid.text, theme.Error)
		d.manager.config.Dialogs.Canvas().Focus(invalid.field)
		return next, typed, false
	}
	typed.SignIn = secret
	return next, typed, true
}

// submit tests the sign-in, and saves it unless the server rejects it or the dialog is
// closed meanwhile.
func (d *signInDialog) submit() {
	if !d.box.Visible() || d.accept.Disabled() {
		return
	}
	next, typed, ok := d.read()
	if !ok {
		return
	}
	d.accept.Disable()
	d.setResult(words.Text("server.checking", words.Data{"Server": hostOf(next.Endpoint)}), theme.Muted)
	config, keep := d.manager.config, d.keep.Checked
	open, cancelTest := context.WithCancel(context.Background())
	d.box.OnClosed = func() { cancelTest() }
	config.Bridge.Run(func(ctx context.Context) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		defer context.AfterFunc(open, cancel)()
		secrets, err := connect.CompleteSecrets(ctx, config.Access, d.server, next, typed)
		var rejected *fault.Fault
		if err == nil {
			rejected = rejectedSignIn(ctx, config.Access, next, &secrets)
			err = cmp.Or(open.Err(), ctx.Err())
		}
		if err == nil && rejected == nil {
			next, err = connect.SaveSecrets(ctx, keeper{config.Access, keep}, d.server, next, secrets)
		}
		config.Bridge.Post(func() { d.tested(next, rejected, err) })
	})
}

// tested saves the server, or shows why it cannot be saved. If the secrets are stored, the
// server is saved even if the dialog was closed since then, so that they belong together.
func (d *signInDialog) tested(next uploader.Server, rejected *fault.Fault, err error) {
	switch {
	case err == nil && rejected == nil:
		d.manager.save(next, d.saved)
	case !d.box.Visible():
		d.accept.Enable()
	case rejected != nil:
		d.accept.Enable()
		text := words.Text("sign-in.refused", words.Data{"Server": words.Printable(hostOf(next.Endpoint))})
		d.setResult(words.WithServerMessage(text, rejected), theme.Error)
		d.manager.config.Dialogs.Canvas().Focus(d.firstField())
	case errors.Is(err, platform.ErrLocked):
		d.accept.Enable()
		d.manager.config.Unlock(d.submit)
	default:
		d.accept.Enable()
		d.setResult(words.Fault(faultOf(err), words.Subject{Server: hostOf(next.Endpoint)}).String(), theme.Error)
	}
}

// saved closes the dialog, or shows the error of SaveServer.
func (d *signInDialog) saved(err error) {
	d.accept.Enable()
	switch {
	case !d.box.Visible():
	case err == nil:
		d.box.Hide()
	case !errors.Is(err, context.Canceled):
		d.setResult(words.Fault(fault.Of(err), words.Subject{}).String(), theme.Error)
	}
}

// keeper is the keyring, or only the memory of the program if the user does not want a
// sign-in to be kept.
type keeper struct {
	Access
	keeps bool
}

// Set implements platform.Keyring.
func (k keeper) Set(ctx context.Context, name, secret string) error {
	if k.keeps {
		return k.Access.Set(ctx, name, secret)
	}
	return k.SetForRun(ctx, name, secret)
}

// rejectedSignIn tests a sign-in that is about to be saved, and returns the fault if the
// server rejected it; nil otherwise. Any other problem does not say that the sign-in is
// wrong.
func rejectedSignIn(ctx context.Context, access Access, next uploader.Server, secrets *connect.Secrets) *fault.Fault {
	_, err := access.Test(ctx, next, secrets)
	f := fault.Of(err)
	others := []string{fault.CodeProxySignIn, fault.CodeKeyringFailed, fault.CodeKeyringLocked, fault.CodeNoSignIn}
	if f == nil || f.Kind != fault.Auth || slices.Contains(others, f.Code) {
		return nil
	}
	return f
}
