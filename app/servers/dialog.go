package servers

import (
	"context"
	"net/url"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"github.com/ferryapp/ferry/app/bridge"
	"github.com/ferryapp/ferry/app/form"
	"github.com/ferryapp/ferry/app/platform"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/netx"
	"github.com/ferryapp/ferry/widgets/dialog"
	"github.com/ferryapp/ferry/widgets/theme"
)

// serverDialog is the dialog that adds or changes a server. A new server is checked before
// it is added. It must be used on the UI goroutine.
type serverDialog struct {
	*serverForm

	access  Access
	save    func(server uploader.Server, done func(error))
	unlock  func(then func())
	dialogs *form.Dialogs
	bridge  *bridge.Bridge
	old     uploader.Server // the server to change; its ID is 0 for a new one

	canvas  fyne.Canvas
	box     *dialog.Dialog
	page    *dialog.Page
	busy    *widget.Activity
	result  *dialog.Paragraph
	scroll  *dialog.Page    // contains result, which can be longer than the window allows
	content *fyne.Container // contains page, busy and result
	check   *form.DialogButton
	accept  *form.DialogButton // adds a new server after a check, or saves the changes of one

	acceptLabel string // of accept, unless a check has failed

	cancel *form.DialogButton

	attempt int  // counts checks; results of earlier ones are ignored
	checked bool // the fields are as they were at the last check, which has ended
	storage platform.Storage

	cancelCheck context.CancelFunc // cancels the running check
}

// firstField returns the field that gets the focus first: the one that the user most likely
// wants to fill in.
func (d *serverDialog) firstField() fyne.Focusable {
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

func newDialog(canvas fyne.Canvas, old uploader.Server, choose func(*form.Entry)) *serverDialog {
	d := &serverDialog{
		old:         old,
		canvas:      canvas,
		busy:        widget.NewActivity(),
		result:      dialog.NewParagraph(""),
		page:        dialog.NewPage(),
		scroll:      dialog.NewPage(),
		cancelCheck: func() {},
	}
	hide := func() { d.box.Hide() }
	d.serverForm = newServerForm(form.Host{Close: hide, Reveal: d.page.Reveal}, old.ID == 0, func() {}, choose)
	title, label := "server.title", "server.add"
	if old.ID != 0 {
		title, label = "server.edit.title", "server.save"
		d.fill(old)
	}
	d.changed = func() { d.reset(); d.resize() }
	d.check = form.NewDialogButton(words.Text("server.check"), func() { d.startCheck(false) }, hide)
	d.accept = form.NewDialogButton(words.Text(label), d.submit, hide)
	d.acceptLabel = words.Text(label)
	d.cancel = form.NewDialogButton(words.Text("cancel"), hide, hide)
	d.address.OnChanged = func(address string) { d.offerPreset(address); d.reset() }
	d.address.OnSubmitted = func(string) { d.submit() }
	d.name.OnSubmitted = d.address.OnSubmitted
	for _, e := range d.entries() {
		e.OnSubmitted = d.address.OnSubmitted
	}
	if d.presets != nil {
		d.presets.submitted = d.submit
	}
	d.moreButton.OnTapped = func() { d.moreOpen = !d.moreOpen; d.arrange(); d.resize() }
	d.signIn.OnChanged = func(string) { d.arrange(); d.resize(); d.reset() }
	d.page.SetObjects(d.rows)

	d.scroll.SetObjects(d.result)
	d.content = container.New(resultLayout{d.scroll, d.rows}, d.page, d.busy, d.scroll)
	d.box = dialog.New(canvas, words.Text(title), d.content, layout.NewSpacer(), d.cancel, d.check, d.accept)
	d.box.OnClosed = d.reset
	d.reset()
	d.resize()
	return d
}

// resize gives the dialog the height of its fields and of the result, limited by the window.
func (d *serverDialog) resize() {
	longer := float32(0) // than the room that is reserved for the result
	if width := d.page.Size().Width; width > 0 && d.result.Text() != "" {
		longer = max(d.scroll.HeightAt(width)-theme.Grid(resultHeight), 0)
	}
	d.box.SetSize(fyne.NewSize(theme.Grid(145), d.rows.MinSize().Height+theme.Grid(chromeHeight)+longer))
	d.page.Relayout()
	d.scroll.Relayout()
}

// Heights in grid steps. The height of the result is reserved where the fields leave room
// for it, so that nothing moves.
const (
	chromeHeight = 56 // of the dialog without the fields
	resultHeight = 18 // part of chromeHeight
	leastFields  = 20 // of the fields above a result that is too long for the window
)

// resultLayout places the result of a check below the fields, to the right of an activity
// indicator.
type resultLayout struct {
	result interface{ HeightAt(width float32) float32 } // it scrolls if it is too long
	fields fyne.CanvasObject                            // they scroll if there is no room for all
}

// MinSize implements fyne.Layout. It is small, because the fields scroll.
func (resultLayout) MinSize([]fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(theme.Grid(60), theme.Grid(2*resultHeight))
}

// Layout implements fyne.Layout.
func (l resultLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	page, busy, x := objects[0], objects[1], float32(0)
	if busy.Visible() {
		x = theme.Size(theme.SizeIcon) + theme.Grid(2)
	}
	gap := theme.Grid(3)
	height := min(theme.Grid(resultHeight), size.Height-gap-l.fields.MinSize().Height)
	if needed := l.result.HeightAt(size.Width - x); needed > 0 {
		height = max(min(needed, max(size.Height-gap-theme.Grid(leastFields), size.Height/2)), height)
	}
	top := size.Height - max(height, 0)
	form.Place(page, 0, 0, size.Width, max(top-gap, 0))
	form.Place(busy, 0, top, theme.Size(theme.SizeIcon), theme.Size(theme.SizeIcon))
	form.Place(objects[2], x, top, size.Width-x, max(height, 0))
}

// readStorage determines where secrets are stored, and shows it.
func (d *serverDialog) readStorage() {
	d.bridge.Run(func(ctx context.Context) {
		storage := d.access.Storage(ctx)
		d.bridge.Post(func() { d.storage = storage; d.showNote() })
	})
}

// showNote shows, below the sign-in, where it is stored and whether it is sent unencrypted.
func (d *serverDialog) showNote() {
	d.note.RemoveAll()
	add := func(key string, tone theme.Tone) {
		text := dialog.NewParagraph("")
		text.Set(words.Text(key), tone)
		d.note.Add(belowControl(text))
	}
	unlock := func(key string) {
		d.note.Add(container.NewHBox(form.NewButton(d.Host, words.Text(key), theme.Icon(theme.IconKey), func() { d.unlock(d.readStorage) })))
	}
	switch d.storage {
	case platform.StorageMemory:
		add("server.kept.now", theme.Warning)
		unlock("server.kept.file.make")
	case platform.StorageLockedFile:
		add("server.kept.locked", theme.Warning)
		unlock("server.kept.unlock")
	case platform.StorageFile:
		add("server.kept.file", theme.Muted)
	default:
		add("server.kept.system", theme.Muted)
	}
	if address, err := parseAddress(d.address.Text); err == nil {
		if u, err := url.Parse(address.endpoint); err == nil && u.Scheme == "http" && !netx.IsLoopback(u.Hostname()) {
			add("server.open-line", theme.Warning)
		}
	}
	d.resize()
}

// reset discards the result of the last check.
func (d *serverDialog) reset() {
	d.cancelCheck()
	d.attempt++
	d.busy.Stop()
	d.busy.Hide()
	d.checked = false
	d.check.Enable()
	d.accept.Enable()
	d.accept.Importance = widget.HighImportance
	d.accept.SetText(d.acceptLabel)
	d.box.Refresh() // lay out with the label
	d.setResult(d.hint(), theme.Muted)
}

// hint returns the text that is shown before the server was checked.
func (d *serverDialog) hint() string {
	if d.presets != nil && !d.presets.plain() {
		return "" // each field has a sentence
	}
	return words.Text("server.hint")
}

// setResult shows a text in a tone.
func (d *serverDialog) setResult(text string, tone theme.Tone) {
	d.result.Set(text, tone)
	d.content.Refresh()
	d.resize()
	d.scroll.ScrollToTop()
}
