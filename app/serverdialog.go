package app

import (
	"context"
	"net/url"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"github.com/ferryapp/ferry/app/platform"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/widgets/dialog"
	"github.com/ferryapp/ferry/widgets/draw"
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
	box     *dialog.Dialog
	page    *dialog.Page
	busy    *widget.Activity
	result  *dialog.Paragraph
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
		result: dialog.NewParagraph(""),
		page:   dialog.NewPage(),
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
	d.box = dialog.New(parent.Canvas(), words.Say(title), d.content, layout.NewSpacer(), d.cancel, d.check, d.accept)
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
type answered struct{ said *dialog.Paragraph }

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
	draw.SetVisible(d.accept, d.old.ID != 0)
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
