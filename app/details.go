package app

import (
	"context"
	"slices"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	fynetheme "fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/widgets"
	"github.com/ferryapp/ferry/widgets/draw"
	"github.com/ferryapp/ferry/widgets/theme"
)

// dossierEvery is how often what the database keeps of a transfer is read anew
// while its details are open.
const dossierEvery = time.Second

// How wide the pane is, and what it leaves to the list at least, or else it
// covers the list. Both are in steps of the grid.
const (
	detailsWidth = 86
	besideLeast  = 90
)

// details is the pane beside the list that tells all there is to tell of one
// transfer. It lives on the UI's goroutine.
type details struct {
	content fyne.CanvasObject
	actions detailsActions
	curves  curves

	of      uploader.TransferID // 0: the pane is closed
	kept    dossier
	asked   time.Time // when kept was last asked for
	pending bool      // and not answered yet
	seen    *uploader.Snapshot

	back    *canvas.Rectangle // hides the list where the pane covers it
	title   *widget.Label
	state   *widget.Label
	bar     *widgets.Bar
	because *widget.Label
	lines   *pile[fact]
	speed   *fyne.Container
	graph   *widgets.SpeedGraph
	peak    *widget.Label
	parts   *pile[partFact]
	history *pile[happening]

	partsTitle, historyTitle *widget.Label
}

// detailsActions is what the pane needs of its surroundings.
type detailsActions struct {
	recall func(id uploader.TransferID, then func(dossier)) // then is called on the UI's goroutine
	copy   func(text string)
	closed func()
}

func newDetails(hints *widgets.Hints, actions detailsActions) *details {
	d := &details{
		actions: actions,
		curves:  curves{},
		seen:    &uploader.Snapshot{},
		title:   widget.NewLabelWithStyle("", fyne.TextAlignLeading, fyne.TextStyle{Bold: true}),
		state:   caption(""),
		bar:     widgets.NewBar(),
		because: caption(""),
		graph:   widgets.NewSpeedGraph(),
		peak:    caption(""),
		back:    canvas.NewRectangle(theme.Color(fynetheme.ColorNameBackground)),
	}
	d.title.Truncation = fyne.TextTruncateEllipsis
	d.state.Wrapping, d.because.Wrapping = fyne.TextWrapWord, fyne.TextWrapWord
	d.lines = newPile(func() pileRow[fact] { return newFactLine(hints, actions.copy) })
	d.parts = newPile(func() pileRow[partFact] { return newPartLine() })
	d.history = newPile(func() pileRow[happening] { return newHappeningLine() })
	d.partsTitle, d.historyTitle = heading(words.Say("details.parts")), heading(words.Say("details.history"))

	side := theme.Grid(2)
	padded := func(object fyne.CanvasObject) fyne.CanvasObject {
		return container.New(layout.NewCustomPaddedLayout(0, 0, side, side), object)
	}
	graph := container.New(height(theme.Grid(14)), d.graph)
	d.speed = container.NewVBox(container.NewBorder(nil, nil, heading(words.Say("details.speed")), d.peak), padded(graph))
	shut := widgets.NewIconButton(theme.IconCancel, hints, words.Say("details.close"), actions.closed)
	diagnose := widget.NewButtonWithIcon(words.Say("details.diagnostics"), theme.Icon(theme.IconCopy), d.diagnose)
	body := container.NewVBox(
		d.state, padded(d.bar), d.because, d.lines.content, d.speed,
		d.partsTitle, d.parts.content, d.historyTitle, d.history.content, layout.NewSpacer(), padded(diagnose),
	)
	head := container.NewBorder(nil, nil, nil, shut, d.title)
	pane := container.NewBorder(nil, nil, widget.NewSeparator(), nil, container.NewBorder(head, nil, nil, nil, container.NewVScroll(body)))
	d.content = container.NewStack(d.back, pane)
	d.content.Hide()
	return d
}

// open shows the details of a transfer from now on; 0 shows none.
func (d *details) open(id uploader.TransferID) {
	if d.of != id {
		d.of, d.kept, d.asked, d.pending = id, dossier{}, time.Time{}, false
	}
	draw.SetVisible(d.content, id != 0)
}

// continueWith shows what another pane does.
func (d *details) continueWith(other *details) {
	d.curves, d.seen, d.kept = other.curves, other.seen, other.kept
	d.of = other.of
	draw.SetVisible(d.content, d.of != 0)
}

// show brings the pane to the state of the snapshot. It keeps up with the speeds
// even while it is closed, so that there is a curve to show.
func (d *details) show(s *uploader.Snapshot, now time.Time) {
	d.seen = s
	d.curves.sample(s, d.of, now)
	if d.of == 0 {
		return
	}
	t := s.Transfer(d.of)
	if t == nil {
		d.actions.closed()
		return
	}
	if color := theme.Color(fynetheme.ColorNameBackground); color != d.back.FillColor {
		d.back.FillColor = color
		d.back.Refresh()
	}
	d.refresh(now)
	told := factsOf(s, t, d.kept, now)
	say(d.title, told.title)
	say(d.state, told.state)
	say(d.because, paragraph(told.because))
	bar := progressOf(s, t, 0)
	_, tone := signOf(t.State())
	d.bar.Set(bar.held, bar.sent, tone)
	draw.SetVisible(d.because, len(told.because) > 0)
	d.lines.show(told.lines)
	d.showSpeed()
	d.parts.show(told.parts)
	d.history.show(told.history)
	draw.SetVisible(d.partsTitle, len(told.parts) > 0)
	draw.SetVisible(d.historyTitle, len(told.history) > 0)
}

func (d *details) showSpeed() {
	curve := d.curves[d.of]
	draw.SetVisible(d.speed, curve != nil)
	if curve == nil {
		return
	}
	d.graph.Set(curve.samples)
	peak := ""
	if highest := slices.Max(curve.samples); highest >= 1 {
		peak = words.Say("details.peak", words.Data{"Rate": words.Rate(highest)})
	}
	say(d.peak, peak)
}

// refresh asks for what the database keeps, not more often than it changes.
func (d *details) refresh(now time.Time) {
	if d.pending || now.Sub(d.asked) < dossierEvery {
		return
	}
	d.pending, d.asked = true, now
	id := d.of
	d.actions.recall(id, func(kept dossier) {
		if d.of == id {
			d.kept, d.pending = kept, false
		}
	})
}

// diagnose copies the story of the transfer that is shown.
func (d *details) diagnose() {
	if t := d.seen.Transfer(d.of); t != nil {
		d.actions.copy(diagnosticsOf(d.seen, t, d.kept))
	}
}

// beside is the layout of the list and the details: side by side where there is
// room, otherwise the one over the other.
type beside struct{}

func (beside) MinSize(objects []fyne.CanvasObject) fyne.Size { return objects[0].MinSize() }

func (beside) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	list, pane := objects[0], objects[1]
	room := size.Width
	if wide := theme.Grid(detailsWidth); pane.Visible() && size.Width-wide >= theme.Grid(besideLeast) {
		room = size.Width - wide
		pane.Resize(fyne.NewSize(wide, size.Height))
		pane.Move(fyne.NewPos(room, 0))
	} else {
		pane.Resize(size)
		pane.Move(fyne.NewPos(0, 0))
	}
	list.Resize(fyne.NewSize(room, size.Height))
	list.Move(fyne.NewPos(0, 0))
}

// openDetails shows the details of a transfer beside the list.
func (f *ferry) openDetails(id uploader.TransferID) {
	f.window.details.open(id)
	f.window.middle.Refresh()
	f.presenter.now()
}

func (f *ferry) closeDetails() { f.openDetails(0) }

// toClipboard copies a text, and says that it did.
func (f *ferry) toClipboard(text string) {
	f.toolkit.Clipboard().SetContent(text)
	f.window.warn(words.Say("details.copied"))
}

// recallDossier reads what is kept of a transfer, beside the UI.
func (f *ferry) recallDossier(id uploader.TransferID, then func(dossier)) {
	f.errands.run(func(ctx context.Context) {
		events, err := f.config.Engine.Events(ctx, id)
		if err != nil {
			f.config.Log.Info("events not read", "transfer", id, "error", err)
		}
		parts, err := f.config.Engine.Parts(ctx, id)
		if err != nil {
			f.config.Log.Info("parts not read", "transfer", id, "error", err)
		}
		f.errands.post(func() { then(dossier{events: events, parts: parts}) })
	})
}

// caption is a line of small text.
func caption(text string) *widget.Label {
	label := widget.NewLabel(text)
	label.SizeName = fynetheme.SizeNameCaptionText
	return label
}

func heading(text string) *widget.Label {
	label := caption(text)
	label.TextStyle.Bold = true
	return label
}

// quiet is a line of small text that stays in the background.
func quiet() *widget.RichText {
	style := widget.RichTextStyle{ColorName: theme.ColorMuted, SizeName: fynetheme.SizeNameCaptionText}
	return widget.NewRichText(&widget.TextSegment{Style: style})
}

// murmur changes a quiet line only when it says something else.
func murmur(line *widget.RichText, text string) {
	segment := line.Segments[0].(*widget.TextSegment)
	if segment.Text != text {
		segment.Text = text
		line.Refresh()
	}
}

// say changes a label only when it says something else.
func say(label *widget.Label, text string) {
	if label.Text != text {
		label.SetText(text)
	}
}

func paragraph(sentences []string) string {
	text := ""
	for _, sentence := range sentences {
		if text != "" && sentence != "" {
			text += "\n"
		}
		text += sentence
	}
	return text
}
