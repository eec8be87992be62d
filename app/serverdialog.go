package app

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"github.com/ferryapp/ferry/app/connect"
	"github.com/ferryapp/ferry/app/platform"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/widgets"
	"github.com/ferryapp/ferry/widgets/theme"
)

// serverDialog asks for a server, or changes one: it is tried before it is added.
// It lives on the UI's goroutine.
type serverDialog struct {
	*serverForm

	access Access
	save   func(server uploader.Server, done func(error))
	unlock func(then func())
	errand *errands
	old    uploader.Server // that is changed; ID 0 for one to be added

	parent  fyne.Window
	box     *widgets.Dialog
	page    *widgets.Page
	busy    *widget.Activity
	result  *widgets.Paragraph
	content *fyne.Container // of these three
	check   *choice
	accept  *choice
	cancel  *choice

	trial   int // counts attempts: the answer to an earlier one is passed over
	keeping platform.Keeping

	stop context.CancelFunc // ends the attempt under way
}

// askServer opens the dialog for a new server.
func (f *ferry) askServer() { f.openServer(uploader.Server{}) }

// openServer opens the dialog for a server; ID 0 is a new one.
func (f *ferry) openServer(old uploader.Server) {
	d := newServerDialog(f.window.window, old, f.chooseInto)
	d.access, d.errand = f.config.Access, f.errands
	d.unlock = func(then func()) { f.askPassphrase(then) }
	d.save = func(server uploader.Server, done func(error)) {
		f.order(uploader.SaveServer{Server: server}, func(err error) {
			if err == nil && server.ID != 0 { // also when nothing but a secret is new
				f.order(uploader.SignedIn{Server: server.ID}, nil)
			}
			f.errands.post(func() { done(err); f.chooseSaved(server, err) })
		})
	}
	f.asking = d
	f.present(d.box)
	d.look()
	f.window.window.Canvas().Focus(d.first())
}

// first is the field that has the keyboard: the one that is missing.
func (d *serverDialog) first() fyne.Focusable {
	switch {
	case d.old.ID == 0:
		return d.address
	case d.kind() == uploader.SignInBearer || d.kind() == uploader.SignInBasic:
		return d.secret
	case d.kind() == uploader.SignInHeaders:
		return d.headers
	default:
		return d.signIn
	}
}

// chooseSaved makes a server that was just added the destination.
func (f *ferry) chooseSaved(saved uploader.Server, err error) {
	servers := f.snapshot().Servers
	i := slices.IndexFunc(servers, func(s uploader.Server) bool { return s.Endpoint == saved.Endpoint })
	if err != nil || i < 0 || saved.ID != 0 {
		return
	}
	f.destination.choose(servers[i].ID)
	f.presenter.now()
}

// chooseInto asks for a file whose path is to stand in a field.
func (f *ferry) chooseInto(e *entry) {
	question := platform.Question{Title: words.Say("server.choose.title"), Accept: words.Say("server.choose.accept")}
	f.chooseThen(f.system.chooser.Files, question, f.askFile, func(paths []string) { e.SetText(paths[0]) })
}

func newServerDialog(parent fyne.Window, old uploader.Server, choose func(*entry)) *serverDialog {
	d := &serverDialog{
		old:    old,
		parent: parent,
		busy:   widget.NewActivity(),
		result: widgets.NewParagraph(""),
		page:   widgets.NewPage(),
		stop:   func() {},
	}
	leave := func() { d.box.Hide() }
	d.serverForm = newServerForm(reach{leave: leave, reveal: d.page.Reveal}, func() {}, choose)
	title, label := "server.title", "server.add"
	if old.ID != 0 {
		title, label = "server.edit.title", "server.save"
		d.fill(old)
	}
	d.changed = d.edited
	d.check = newChoice(words.Say("server.check"), d.try, leave)
	d.accept = newChoice(words.Say(label), d.take, leave)
	d.cancel = newChoice(words.Say("cancel"), leave, leave)
	d.address.OnChanged = func(string) { d.edited() }
	d.address.OnSubmitted = func(string) { d.submit() }
	d.name.OnSubmitted = func(string) { d.submit() }
	for _, e := range []*entry{d.user, d.secret} {
		e.OnSubmitted = func(string) { d.submit() }
	}
	d.more.OnTapped = func() { d.open = !d.open; d.arrange(); d.fit() }
	d.signIn.OnChanged = func(string) { d.arrange(); d.fit(); d.edited() }
	d.page.SetObjects(d.rows)

	d.content = container.New(answered{d.result}, d.page, d.busy, d.result)
	d.box = widgets.NewDialog(parent.Canvas(), words.Say(title), d.content, layout.NewSpacer(), d.cancel, d.check, d.accept)
	d.box.OnClosed = d.edited
	d.edited()
	d.fit()
	return d
}

// fit gives the dialog the room that its fields take, as far as there is any.
func (d *serverDialog) fit() {
	d.box.SetSize(fyne.NewSize(theme.Grid(145), d.rows.MinSize().Height+theme.Grid(serverAround)))
	d.page.Relayout()
}

// What the dialog has around the fields, and of that for what the server answers,
// which always has this room so that nothing moves. In steps of the grid.
const (
	serverAround = 56
	answerHeight = 18
)

// answered puts what a server answers under the fields, after a sign that it is
// being asked.
type answered struct{ said *widgets.Paragraph }

// MinSize is part of fyne.Layout: the fields scroll.
func (answered) MinSize([]fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(theme.Grid(60), theme.Grid(2*answerHeight))
}

// Layout is part of fyne.Layout.
func (a answered) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	page, busy, x := objects[0], objects[1], float32(0)
	if busy.Visible() {
		x = theme.Size(theme.SizeIcon) + theme.Grid(2)
	}
	height := max(a.said.HeightAt(size.Width-x), theme.Grid(answerHeight))
	top := size.Height - height
	put(page, 0, 0, size.Width, top-theme.Grid(3))
	put(busy, 0, top, theme.Size(theme.SizeIcon), theme.Size(theme.SizeIcon))
	put(a.said, x, top, size.Width-x, height)
}

// look finds out where a secret would be kept, and says so.
func (d *serverDialog) look() {
	d.errand.run(func(ctx context.Context) {
		keeping := d.access.Keeping(ctx)
		d.errand.post(func() { d.keeping = keeping; d.explain() })
	})
}

// explain says under the sign-in where it is kept, and who could read it on the
// way.
func (d *serverDialog) explain() {
	d.note.RemoveAll()
	say := func(key string, tone theme.Tone) {
		text := widget.NewRichText()
		text.Wrapping = fyne.TextWrapWord
		tell(text, words.Say(key), tone)
		d.note.Add(newIndent(text, 0))
	}
	unlock := func(key string) {
		d.note.Add(container.NewHBox(newPress(d.reach, words.Say(key), theme.Icon(theme.IconKey), func() { d.unlock(d.look) })))
	}
	switch d.keeping {
	case platform.KeptForNow:
		say("server.kept.now", theme.Warning)
		unlock("server.kept.file.make")
	case platform.KeptLocked:
		say("server.kept.locked", theme.Warning)
		unlock("server.kept.unlock")
	case platform.KeptInFile:
		say("server.kept.file", theme.Muted)
	default:
		say("server.kept.system", theme.Muted)
	}
	if good, err := parseAddress(d.address.Text); err == nil {
		if u, err := url.Parse(good.endpoint); err == nil && u.Scheme == "http" && !loopback(u.Hostname()) {
			say("server.open-line", theme.Warning)
		}
	}
	d.fit()
}

// edited forgets what was found out about another server.
func (d *serverDialog) edited() {
	d.stop()
	d.trial++
	d.busy.Stop()
	d.busy.Hide()
	widgets.SetVisible(d.accept, d.old.ID != 0)
	d.accept.Importance = widget.HighImportance
	d.check.Show()
	d.check.Enable()
	d.check.Importance = widget.HighImportance
	if d.old.ID != 0 {
		d.check.Importance = widget.MediumImportance
	}
	d.check.Refresh()
	d.accept.Refresh()
	d.box.Refresh() // in line again without the one that went
	d.say(words.Say("server.hint"), theme.Muted)
}

func (d *serverDialog) submit() {
	if d.accept.Visible() {
		d.take()
		return
	}
	d.try()
}

// understand reads the fields, and says what is wrong with them.
func (d *serverDialog) understand() (uploader.Server, connect.Secrets, bool) {
	next, typed, err := d.read()
	if err == nil {
		next.ID = d.old.ID
		return next, typed, true
	}
	d.say(err.Error(), theme.Error)
	if wrong, ok := errors.AsType[*fieldError](err); ok {
		d.parent.Canvas().Focus(wrong.in)
	}
	return next, typed, false
}

// try asks the server what it can do.
func (d *serverDialog) try() {
	next, typed, good := d.understand()
	if !good {
		return
	}
	d.edited()
	host := hostAt(next.Endpoint)
	d.name.SetPlaceHolder(host)
	d.check.Disable()
	d.busy.Show()
	d.busy.Start()
	d.say(words.Say("server.checking", words.Data{"Server": host}), theme.Muted)
	trial := d.trial
	d.errand.run(func(ctx context.Context) {
		ctx, stop := context.WithCancel(ctx)
		defer stop()
		d.errand.post(func() { d.stoppable(trial, stop) })
		var answer connect.Answer
		secrets, err := whole(ctx, d.access, d.old, next, typed)
		began := time.Now()
		found := next
		if err == nil {
			answer, found, err = tryUsual(ctx, d.access, next, &secrets)
		}
		took := time.Since(began)
		d.errand.post(func() {
			if trial == d.trial && found.Endpoint != next.Endpoint {
				d.moved(found.Endpoint, answer, took)
				return
			}
			d.tried(trial, answer, took, err)
		})
	})
}

// hostAt is what to call a server by its address alone.
func hostAt(endpoint string) string {
	if u, err := url.Parse(endpoint); err == nil {
		return u.Host
	}
	return endpoint
}

func (d *serverDialog) stoppable(trial int, stop context.CancelFunc) {
	if trial == d.trial {
		d.stop = stop
		return
	}
	stop()
}

func (d *serverDialog) tried(trial int, answer connect.Answer, took time.Duration, err error) {
	if trial != d.trial {
		return
	}
	d.edited()
	if err != nil {
		d.failed(err)
		return
	}
	if d.old.ID == 0 {
		d.offer(words.Say("server.add"), widget.HighImportance)
	}
	d.say(abilities(answer.Capabilities, took)+uploadOf(answer), theme.Success)
}

// moved offers the server at the address where it was found, which is another than
// was typed.
func (d *serverDialog) moved(endpoint string, answer connect.Answer, took time.Duration) {
	d.address.SetText(endpoint)
	d.tried(d.trial, answer, took, nil)
	found := words.Say("server.found", words.Data{"Address": words.Printable(endpoint)})
	d.say(found+"\n"+d.result.Text(), theme.Success)
}

// uploadOf says what an upload holds whose URL was given.
func uploadOf(answer connect.Answer) string {
	if answer.Upload == nil {
		return ""
	}
	return "\n" + words.Say("server.given.holds", words.Data{"SizeOf": words.SizeOf(answer.Upload.Offset, max(answer.Upload.Length, 0))})
}

// failed says why, and offers to take the server all the same when it may work
// another time.
func (d *serverDialog) failed(err error) {
	f := faultOf(err)
	next, _, _ := d.read()
	d.say(refusal(f, next), theme.Error)
	if d.old.ID != 0 {
		return
	}
	switch f.Kind {
	case fault.Offline, fault.Unreachable, fault.Transient, fault.Busy, fault.Auth:
		d.offer(words.Say("server.add-anyway"), widget.MediumImportance)
	}
}

// refusal says a fault of a server that was tried as it is typed.
func refusal(f *fault.Fault, typed uploader.Server) string {
	host := hostAt(typed.Endpoint)
	switch {
	case f.Kind != fault.Auth || slices.Contains(fault.Codes(), f.Code):
		return words.Fault(f, words.Subject{Server: host}).String()
	case typed.Access.SignIn == uploader.SignInNone:
		return words.Say("server.sign-in.asked", words.Data{"Server": words.Printable(host)})
	default:
		return words.Say("server.sign-in.refused", words.Data{"Server": words.Printable(host)})
	}
}

// faultOf is the fault of whatever failed, also of the keyring.
func faultOf(err error) *fault.Fault {
	f := fault.Of(err)
	if f.Kind == fault.Bug {
		f = fault.New(fault.Auth, fault.Load, err)
		f.Code = fault.CodeKeyring
	}
	if errors.Is(err, platform.ErrLocked) {
		f.Code = fault.CodeLocked
	}
	return f
}

func (d *serverDialog) offer(label string, importance widget.Importance) {
	d.accept.Importance = importance
	d.accept.SetText(label)
	d.accept.Show()
	if importance == widget.HighImportance {
		d.check.Hide()
	}
	d.box.Refresh()
}

// take saves the server, its secrets first.
func (d *serverDialog) take() {
	next, typed, good := d.understand()
	if !good {
		return
	}
	d.accept.Disable()
	d.errand.run(func(ctx context.Context) {
		secrets, err := whole(ctx, d.access, d.old, next, typed)
		if err == nil {
			next, err = keep(ctx, d.access, d.old, next, secrets)
		}
		d.errand.post(func() {
			switch {
			case err == nil:
				d.save(next, d.saved)
			case errors.Is(err, platform.ErrLocked):
				d.accept.Enable()
				d.unlock(func() { d.look(); d.take() })
			default:
				d.accept.Enable()
				d.say(words.Fault(faultOf(err), words.Subject{Server: hostAt(next.Endpoint)}).String(), theme.Error)
			}
		})
	})
}

func (d *serverDialog) saved(err error) {
	d.accept.Enable()
	if err == nil {
		d.box.Hide()
		return
	}
	if errors.Is(err, context.Canceled) {
		return
	}
	d.say(words.Fault(fault.Of(err), words.Subject{}).String(), theme.Error)
}

// say shows a text in the tone that goes with it.
func (d *serverDialog) say(text string, tone theme.Tone) {
	d.result.Say(text, tone)
	d.content.Refresh()
}

func tell(in *widget.RichText, text string, tone theme.Tone) {
	style := widget.RichTextStyleParagraph
	style.ColorName = tone.Color()
	in.Segments = []widget.RichTextSegment{&widget.TextSegment{Text: text, Style: style}}
	in.Refresh()
}
