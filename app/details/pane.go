// Package details implements the pane with the details of one transfer.
package details

import (
	"slices"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	fynetheme "fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/ferryapp/ferry/app/view"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/widgets"
	"github.com/ferryapp/ferry/widgets/draw"
	"github.com/ferryapp/ferry/widgets/theme"
)

// readInterval is the shortest time between two reads of a transfer's record.
const readInterval = time.Second

// The width of the pane, and the smallest width of the list beside it; in a narrower
// window the pane covers the list. In steps of the grid.
const (
	detailsWidth = 86
	minListWidth = 90
)

// Pane is the details of one transfer beside the list. It lives on the UI's goroutine.
type Pane struct {
	Content fyne.CanvasObject
	actions Actions
	curves  view.Speeds

	ID       uploader.TransferID // 0 while the pane is closed
	record   view.Record
	lastRead time.Time // when the record was last requested
	pending  bool      // the request is not answered yet
	snapshot *uploader.Snapshot

	back    *canvas.Rectangle // hides the list where the pane covers it
	title   *widget.Label
	state   *widget.Label
	bar     *widgets.Bar
	reasons *widget.Label
	lines   *rowPool[view.Line]
	speed   *fyne.Container
	graph   *widgets.SpeedGraph
	peak    *widget.Label
	parts   *rowPool[view.PartLine]
	history *rowPool[view.HistoryLine]

	partsTitle, historyTitle *widget.Label
}

// Actions is what the pane needs.
type Actions struct {
	Read   func(id uploader.TransferID, then func(view.Record)) // then is called on the UI's goroutine
	Copy   func(text string)
	Closed func()
}

// New returns a closed pane.
func New(hints *widgets.Tooltips, actions Actions) *Pane {
	d := &Pane{
		actions:  actions,
		curves:   view.Speeds{},
		snapshot: &uploader.Snapshot{},
		title:    widget.NewLabelWithStyle("", fyne.TextAlignLeading, fyne.TextStyle{Bold: true}),
		state:    newCaption(""),
		bar:      widgets.NewBar(),
		reasons:  newCaption(""),
		graph:    widgets.NewSpeedGraph(),
		peak:     newCaption(""),
		back:     canvas.NewRectangle(theme.Color(fynetheme.ColorNameBackground)),
	}
	d.title.Truncation = fyne.TextTruncateEllipsis
	d.state.Wrapping, d.reasons.Wrapping = fyne.TextWrapWord, fyne.TextWrapWord
	d.lines = newRowPool(func() poolRow[view.Line] { return newLineRow(hints, actions.Copy) })
	d.parts = newRowPool(func() poolRow[view.PartLine] { return newPartRow() })
	d.history = newRowPool(func() poolRow[view.HistoryLine] { return newHistoryRow() })
	d.partsTitle, d.historyTitle = newHeading(words.Text("details.parts")), newHeading(words.Text("details.history"))

	side := theme.Grid(2)
	padded := func(object fyne.CanvasObject) fyne.CanvasObject {
		return container.New(layout.NewCustomPaddedLayout(0, 0, side, side), object)
	}
	graph := container.New(height(theme.Grid(14)), d.graph)
	d.speed = container.NewVBox(container.NewBorder(nil, nil, newHeading(words.Text("details.speed")), d.peak), padded(graph))
	shut := widgets.NewIconButton(theme.IconCancel, hints, words.Text("details.close"), actions.Closed)
	diagnose := widget.NewButtonWithIcon(words.Text("details.diagnostics"), theme.Icon(theme.IconCopy), d.copyDiagnostics)
	body := container.NewVBox(
		d.state, padded(d.bar), d.reasons, d.lines.content, d.speed,
		d.partsTitle, d.parts.content, d.historyTitle, d.history.content, layout.NewSpacer(), padded(diagnose),
	)
	head := container.NewBorder(nil, nil, nil, shut, d.title)
	pane := container.NewBorder(nil, nil, widget.NewSeparator(), nil, container.NewBorder(head, nil, nil, nil, container.NewVScroll(body)))
	d.Content = container.NewStack(d.back, pane)
	d.Content.Hide()
	return d
}

// Open shows a transfer; 0 closes the pane.
func (d *Pane) Open(id uploader.TransferID) {
	if d.ID != id {
		d.ID, d.record, d.lastRead, d.pending = id, view.Record{}, time.Time{}, false
	}
	draw.SetVisible(d.Content, id != 0)
}

// ContinueWith shows what another pane shows.
func (d *Pane) ContinueWith(other *Pane) {
	d.curves, d.snapshot, d.record = other.curves, other.snapshot, other.record
	d.ID = other.ID
	draw.SetVisible(d.Content, d.ID != 0)
}

// Show shows a snapshot. The speeds are sampled also while the pane is closed.
func (d *Pane) Show(s *uploader.Snapshot, now time.Time) {
	d.snapshot = s
	d.curves.Update(s, d.ID, now)
	if d.ID == 0 {
		return
	}
	t := s.Transfer(d.ID)
	if t == nil {
		d.actions.Closed()
		return
	}
	if color := theme.Color(fynetheme.ColorNameBackground); color != d.back.FillColor {
		d.back.FillColor = color
		d.back.Refresh()
	}
	d.readRecord(now)
	content := view.DetailsOf(s, t, d.record, now)
	setLabel(d.title, content.Title)
	setLabel(d.state, content.State)
	setLabel(d.reasons, paragraph(content.Reasons))
	bar := view.ProgressOf(s, t, 0)
	_, tone := view.StateIcon(t.State())
	d.bar.Set(bar.Acked, bar.Sent, tone)
	draw.SetVisible(d.reasons, len(content.Reasons) > 0)
	d.lines.show(content.Lines)
	d.showSpeed()
	d.parts.show(content.Parts)
	d.history.show(content.History)
	draw.SetVisible(d.partsTitle, len(content.Parts) > 0)
	draw.SetVisible(d.historyTitle, len(content.History) > 0)
}

func (d *Pane) showSpeed() {
	curve := d.curves[d.ID]
	draw.SetVisible(d.speed, curve != nil)
	if curve == nil {
		return
	}
	d.graph.Set(curve.Samples)
	peak := ""
	if highest := slices.Max(curve.Samples); highest >= 1 {
		peak = words.Text("details.peak", words.Data{"Rate": words.Rate(highest)})
	}
	setLabel(d.peak, peak)
}

// readRecord requests the record, not more often than readInterval.
func (d *Pane) readRecord(now time.Time) {
	if d.pending || now.Sub(d.lastRead) < readInterval {
		return
	}
	d.pending, d.lastRead = true, now
	id := d.ID
	d.actions.Read(id, func(kept view.Record) {
		if d.ID == id {
			d.record, d.pending = kept, false
		}
	})
}

// copyDiagnostics copies the diagnostics of the transfer.
func (d *Pane) copyDiagnostics() {
	if t := d.snapshot.Transfer(d.ID); t != nil {
		d.actions.Copy(view.TransferDiagnostics(d.snapshot, t, d.record))
	}
}

// Layout places the details beside the list, or over it in a narrow window.
type Layout struct{}

func (Layout) MinSize(objects []fyne.CanvasObject) fyne.Size { return objects[0].MinSize() }

func (Layout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	list, pane := objects[0], objects[1]
	room := size.Width
	if wide := theme.Grid(detailsWidth); pane.Visible() && size.Width-wide >= theme.Grid(minListWidth) {
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

// newCaption is a line of small text.
func newCaption(text string) *widget.Label {
	label := widget.NewLabel(text)
	label.SizeName = fynetheme.SizeNameCaptionText
	return label
}

func newHeading(text string) *widget.Label {
	label := newCaption(text)
	label.TextStyle.Bold = true
	return label
}

// newMutedText is a line of small text in the background.
func newMutedText() *widget.RichText {
	style := widget.RichTextStyle{ColorName: theme.ColorMuted, SizeName: fynetheme.SizeNameCaptionText}
	return widget.NewRichText(&widget.TextSegment{Style: style})
}

// setText changes a muted text only if it differs.
func setText(line *widget.RichText, text string) {
	segment := line.Segments[0].(*widget.TextSegment)
	if segment.Text != text {
		segment.Text = text
		line.Refresh()
	}
}

// setLabel changes a label only if it differs.
func setLabel(label *widget.Label, text string) {
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
