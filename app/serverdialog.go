package app

import (
	"context"
	"errors"
	"slices"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/tus"
	"github.com/ferryapp/ferry/widgets/theme"
)

// serverDialog asks for a server: one address, which is tried before it is
// taken. It lives on the UI's goroutine.
type serverDialog struct {
	probe  func(ctx context.Context, endpoint string) (tus.Capabilities, error)
	save   func(server uploader.Server, done func(error))
	errand *errands

	box     *dialog.CustomDialog
	address *field
	name    *field
	busy    *widget.Activity
	result  *widget.RichText
	check   *choice
	accept  *choice
	cancel  *choice

	trial int // counts attempts: the answer to an earlier one is passed over
	good  address

	stop context.CancelFunc // ends the attempt under way
}

// askServer opens the dialog.
func (f *ferry) askServer() {
	d := newServerDialog(f.window.window)
	d.probe, d.errand = f.config.Engine.Probe, f.errands
	d.save = func(server uploader.Server, done func(error)) {
		f.order(uploader.SaveServer{Server: server}, func(err error) {
			f.errands.post(func() { done(err); f.chooseSaved(server, err) })
		})
	}
	f.asking = d
	f.present(d.box)
	f.window.window.Canvas().Focus(d.address)
}

// chooseSaved makes a server that was just saved the destination.
func (f *ferry) chooseSaved(saved uploader.Server, err error) {
	servers := f.snapshot().Servers
	i := slices.IndexFunc(servers, func(s uploader.Server) bool { return s.Endpoint == saved.Endpoint })
	if err != nil || i < 0 {
		return
	}
	f.destination.choose(servers[i].ID)
	f.presenter.now()
}

func newServerDialog(parent fyne.Window) *serverDialog {
	d := &serverDialog{
		busy:   widget.NewActivity(),
		result: widget.NewRichText(),
		stop:   func() {},
	}
	leave := func() { d.box.Hide() }
	d.address, d.name = newField(leave), newField(leave)
	d.check = newChoice(words.Say("server.check"), d.try, leave)
	d.accept = newChoice(words.Say("server.add"), d.take, leave)
	d.cancel = newChoice(words.Say("cancel"), leave, leave)
	d.address.SetPlaceHolder("https://uploads.example.com/files/")
	d.name.SetPlaceHolder(words.Say("server.name.optional"))
	d.address.OnChanged = func(string) { d.edited() }
	d.address.OnSubmitted = func(string) { d.submit() }
	d.name.OnSubmitted = func(string) { d.submit() }
	d.result.Wrapping = fyne.TextWrapWord
	d.edited()

	form := widget.NewForm(
		widget.NewFormItem(words.Say("server.address"), d.address),
		widget.NewFormItem(words.Say("server.name"), d.name),
	)
	buttons := container.NewHBox(layout.NewSpacer(), d.cancel, d.check, d.accept)
	content := container.NewBorder(form, buttons, nil, nil,
		container.NewBorder(nil, nil, container.NewVBox(d.busy), nil, d.result))
	d.box = dialog.NewCustomWithoutButtons(words.Say("server.title"), content, parent)
	d.box.SetOnClosed(func() { d.edited() })
	d.box.Resize(fyne.NewSize(460, 300))
	return d
}

// edited forgets what was found out about another address.
func (d *serverDialog) edited() {
	d.stop()
	d.trial++
	d.busy.Stop()
	d.busy.Hide()
	d.accept.Hide()
	d.check.Show()
	d.check.Enable()
	d.check.Importance = widget.HighImportance
	d.check.Refresh()
	d.say(words.Say("server.hint"), theme.Muted)
}

func (d *serverDialog) submit() {
	if d.accept.Visible() {
		d.take()
		return
	}
	d.try()
}

// try asks the server what it can do.
func (d *serverDialog) try() {
	good, err := parseAddress(d.address.Text)
	if err != nil {
		d.say(err.Error(), theme.Error)
		return
	}
	d.edited()
	d.good = good
	d.name.SetPlaceHolder(good.host)
	d.check.Disable()
	d.busy.Show()
	d.busy.Start()
	d.say(words.Say("server.checking", words.Data{"Server": good.host}), theme.Muted)
	trial := d.trial
	d.errand.run(func(ctx context.Context) {
		ctx, stop := context.WithCancel(ctx)
		defer stop()
		d.errand.post(func() { d.stoppable(trial, stop) })
		began := time.Now()
		can, err := d.probe(ctx, good.endpoint)
		took := time.Since(began)
		d.errand.post(func() { d.tried(trial, can, took, err) })
	})
}

func (d *serverDialog) stoppable(trial int, stop context.CancelFunc) {
	if trial == d.trial {
		d.stop = stop
		return
	}
	stop()
}

func (d *serverDialog) tried(trial int, can tus.Capabilities, took time.Duration, err error) {
	if trial != d.trial {
		return
	}
	d.edited()
	if err != nil {
		d.failed(fault.Of(err))
		return
	}
	d.offer(words.Say("server.add"), widget.HighImportance)
	d.say(abilities(can, took), theme.Success)
}

// failed says why, and offers to take the server all the same when it may work
// another time.
func (d *serverDialog) failed(f *fault.Fault) {
	sentence := words.Fault(f, words.Subject{Server: d.good.host})
	d.say(sentence.String(), theme.Error)
	switch f.Kind {
	case fault.Offline, fault.Unreachable, fault.Transient, fault.Busy, fault.Auth:
		d.offer(words.Say("server.add-anyway"), widget.MediumImportance)
	}
}

func (d *serverDialog) offer(label string, importance widget.Importance) {
	d.accept.Importance = importance
	d.accept.SetText(label)
	d.accept.Show()
	if importance == widget.HighImportance {
		d.check.Hide()
	}
}

// take saves the server.
func (d *serverDialog) take() {
	name := d.name.Text
	if name == "" {
		name = d.good.host
	}
	d.accept.Disable()
	d.save(uploader.Server{Name: name, Endpoint: d.good.endpoint}, d.saved)
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
	style := widget.RichTextStyleParagraph
	style.ColorName = tone.Color()
	d.result.Segments = []widget.RichTextSegment{&widget.TextSegment{Text: text, Style: style}}
	d.result.Refresh()
}
