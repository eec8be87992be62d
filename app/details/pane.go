// Package details implements the pane with the details of what is selected: one transfer,
// a batch, or several of both.
package details

import (
	"slices"
	"strings"
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

// readInterval is the minimum interval between two reads of a transfer's record.
const readInterval = time.Second

// The width of the pane, and the minimum width of the list beside it, in grid steps. In a
// narrower window the pane covers the list.
const (
	paneWidth    = 86
	minListWidth = 90
)

// Pane shows the details of a subject. It must be used on the UI goroutine.
type Pane struct {
	Content fyne.CanvasObject
	actions Actions
	speeds  view.Speeds

	subject  view.Subject // empty while the pane is closed
	total    *view.Speed  // of a subject that is more than one transfer
	record   view.Record
	lastRead time.Time          // when the record was last requested
	pending  bool               // actions.Read has not called back yet
	readFor  *uploader.Snapshot // for which the record was last requested
	snapshot *uploader.Snapshot

	background *canvas.Rectangle // hides the list if the pane covers it
	title      *widgets.NameLine
	state      *widget.Label
	bar        *widgets.Bar
	reasons    *widget.Label
	asIs       *fyne.Container // the button of view.ActionUploadAsIs
	errors     *rowPool[errorLine]
	lines      *rowPool[view.Line]
	speed      *fyne.Container
	graph      *widgets.SpeedGraph
	peak       *widget.Label
	parts      *rowPool[view.PartLine]
	history    *rowPool[view.HistoryLine]

	errorsTitle, partsTitle, historyTitle *widget.Label
}

// Actions are what the pane calls.
type Actions struct {
	Read    func(id uploader.TransferID, then func(view.Record)) // then is called on the UI goroutine
	Refresh func()                                               // shows the snapshot again
	Copy    func(text string)
	Act     func(view.Action, view.Selection)
	Closed  func() // called when the pane should be closed
}

// New returns a closed pane.
func New(hints *widgets.Tooltips, actions Actions) *Pane {
	d := &Pane{
		actions:    actions,
		speeds:     view.Speeds{},
		snapshot:   &uploader.Snapshot{},
		total:      &view.Speed{},
		title:      widgets.NewNameLine(),
		state:      newCaption(""),
		bar:        widgets.NewBar(),
		reasons:    newCaption(""),
		graph:      widgets.NewSpeedGraph(),
		peak:       newCaption(""),
		background: canvas.NewRectangle(theme.Color(fynetheme.ColorNameBackground)),
	}
	d.state.Wrapping, d.reasons.Wrapping = fyne.TextWrapWord, fyne.TextWrapWord
	d.lines = newRowPool(func() poolRow[view.Line] { return newLineRow(hints, actions.Copy) })
	d.errors = newRowPool(func() poolRow[errorLine] { return newErrorRow(d.resolve) })
	d.parts = newRowPool(func() poolRow[view.PartLine] { return newPartRow() })
	d.history = newRowPool(func() poolRow[view.HistoryLine] { return newHistoryRow() })
	d.errorsTitle, d.partsTitle, d.historyTitle = newHeading(words.Text("details.errors")), newHeading(words.Text("details.parts")), newHeading(words.Text("details.history"))

	padding := theme.Grid(2)
	padded := func(object fyne.CanvasObject) fyne.CanvasObject {
		return container.New(layout.NewCustomPaddedLayout(0, 0, padding, padding), object)
	}
	graph := container.New(height(theme.Grid(14)), d.graph)
	d.speed = container.NewVBox(container.NewBorder(nil, nil, newHeading(words.Text("details.speed")), d.peak), padded(graph))
	closeButton := widgets.NewIconButton(theme.IconCancel, hints, words.Text("details.close"), actions.Closed)
	diagnostics := widgets.NewButton(words.Text("details.diagnostics"), theme.Icon(theme.IconCopy), d.copyDiagnostics)
	asIs := widgets.NewButton(words.Text("action."+view.ActionUploadAsIs.String()), theme.Icon(view.ActionUploadAsIs.Icon()), d.uploadAsIs)
	d.asIs = container.NewStack(padded(asIs))
	body := container.NewVBox(
		d.state, padded(d.bar), d.reasons, d.asIs, d.errorsTitle, d.errors.content, d.lines.content, d.speed,
		d.partsTitle, d.parts.content, d.historyTitle, d.history.content, layout.NewSpacer(), padded(diagnostics),
	)
	header := container.NewBorder(nil, nil, nil, closeButton, d.title)
	pane := container.NewBorder(nil, nil, widget.NewSeparator(), nil, container.NewBorder(header, nil, nil, nil, container.NewVScroll(body)))
	d.Content = container.NewStack(d.background, pane)
	d.Content.Hide()
	return d
}

// Subject returns what the pane shows; it is empty while the pane is closed.
func (d *Pane) Subject() view.Subject { return d.subject }

// Open shows the pane with a subject, or closes it if the subject is empty. Show must be
// called afterwards.
func (d *Pane) Open(subject view.Subject) {
	if !d.subject.Equal(subject) {
		d.subject, d.record, d.lastRead, d.pending, d.readFor = subject, view.Record{}, time.Time{}, false, nil
		d.total = &view.Speed{}
	}
	draw.SetVisible(d.Content, !subject.Empty())
}

// CopyState opens the pane with the subject of another pane.
func (d *Pane) CopyState(other *Pane) {
	d.speeds, d.total, d.snapshot, d.record = other.speeds, other.total, other.snapshot, other.record
	d.subject = other.subject
	draw.SetVisible(d.Content, !d.subject.Empty())
}

// Show shows the subject in a snapshot. It returns the time after which the same snapshot must be
// shown again, because the record is read then; 0 for never.
func (d *Pane) Show(s *uploader.Snapshot, now time.Time) time.Duration {
	d.snapshot = s
	id := d.subject.Transfer()
	d.speeds.Update(s, id, now)
	if d.subject.Empty() {
		return 0
	}
	if color := theme.Color(fynetheme.ColorNameBackground); color != d.background.FillColor {
		d.background.FillColor = color
		d.background.Refresh()
	}
	if id == 0 {
		d.showOverview(now)
		return 0
	}
	t := s.Transfer(id)
	if t == nil {
		d.actions.Closed()
		return 0
	}
	again := d.readRecord(now)
	d.showTransfer(t, now)
	return again
}

func (d *Pane) showTransfer(t *uploader.Transfer, now time.Time) {
	content := view.DetailsOf(d.snapshot, t, d.record, now)
	d.title.SetText(content.Title)
	setLabel(d.state, content.State)
	setLabel(d.reasons, joinLines(content.Reasons))
	bar := view.ProgressOf(d.snapshot, t, 0)
	_, tone := view.StateIcon(t.State())
	d.bar.Set(bar.Acked, bar.Sent, tone)
	draw.SetVisible(d.reasons, len(content.Reasons) > 0)
	draw.SetVisible(d.asIs, t.WaitsForFile())
	d.showErrors(nil)
	d.lines.show(content.Lines)
	d.showSpeed(d.speeds[t.ID])
	d.showRecord(content)
}

// showOverview shows a batch, or several rows.
func (d *Pane) showOverview(now time.Time) {
	content, exists := view.OverviewOf(d.snapshot, d.subject, now)
	if !exists {
		d.actions.Closed()
		return
	}
	d.title.SetText(content.Title)
	setLabel(d.state, content.State)
	d.bar.Set(content.Progress.Acked, content.Progress.Sent, content.Tone)
	draw.SetVisible(d.reasons, false)
	draw.SetVisible(d.asIs, false)
	d.showErrors(content.Errors)
	d.lines.show(content.Lines)
	if content.Rate >= 1 || len(d.total.Samples) > 0 {
		d.total.Add(content.Rate, now)
		d.showSpeed(d.total)
	} else {
		d.showSpeed(nil)
	}
	d.showRecord(view.Details{})
}

// showErrors shows a line with a button for each group of errors.
func (d *Pane) showErrors(groups []view.ErrorGroup) {
	lines := make([]errorLine, len(groups))
	for i, g := range groups {
		lines[i] = errorLine{group: g, text: g.Text(), hint: g.Hint(d.snapshot), label: g.Label()}
	}
	d.errors.show(lines)
	draw.SetVisible(d.errorsTitle, len(lines) > 0)
}

// showRecord shows the parts and the history of a transfer.
func (d *Pane) showRecord(content view.Details) {
	d.parts.show(content.Parts)
	d.history.show(content.History)
	draw.SetVisible(d.partsTitle, len(content.Parts) > 0)
	draw.SetVisible(d.historyTitle, len(content.History) > 0)
}

func (d *Pane) showSpeed(speed *view.Speed) {
	draw.SetVisible(d.speed, speed != nil)
	if speed == nil {
		return
	}
	d.graph.Set(speed.Samples)
	peak := ""
	if highest := slices.Max(speed.Samples); highest >= 1 {
		peak = words.Text("details.peak", words.Data{"Rate": words.Rate(highest)})
	}
	setLabel(d.peak, peak)
}

// readRecord reads the record for the snapshot, at most once per readInterval, and has it shown. It
// returns the time after which the record can be read; 0 if it is up to date or being read.
func (d *Pane) readRecord(now time.Time) time.Duration {
	if d.pending || d.readFor == d.snapshot {
		return 0
	}
	if wait := readInterval - now.Sub(d.lastRead); wait > 0 {
		return wait
	}
	d.pending, d.lastRead, d.readFor = true, now, d.snapshot
	id := d.subject.Transfer()
	d.actions.Read(id, func(record view.Record) {
		if d.subject.Transfer() == id {
			d.record, d.pending = record, false
			d.actions.Refresh()
		}
	})
	return 0
}

// uploadAsIs sends the file of the transfer as it is.
func (d *Pane) uploadAsIs() {
	if t := d.snapshot.Transfer(d.subject.Transfer()); t != nil {
		d.actions.Act(view.ActionUploadAsIs, view.SelectionOf(t))
	}
}

// copyDiagnostics copies the diagnostics of the transfer.
func (d *Pane) copyDiagnostics() {
	if id := d.subject.Transfer(); id == 0 {
		d.actions.Copy(view.SubjectDiagnostics(d.snapshot, d.subject))
	} else if t := d.snapshot.Transfer(id); t != nil {
		d.actions.Copy(view.TransferDiagnostics(d.snapshot, t, d.record))
	}
}

// resolve applies the action of an error group to the transfers that belong to it now.
func (d *Pane) resolve(g view.ErrorGroup) {
	d.actions.Act(g.Action(), g.Selection(d.subject.Find(d.snapshot)))
}

// Layout places the pane beside the list, or over it in a narrow window. The objects of its
// container are the list and the pane.
type Layout struct{}

// MinSize implements fyne.Layout.
func (Layout) MinSize(objects []fyne.CanvasObject) fyne.Size { return objects[0].MinSize() }

// Layout implements fyne.Layout.
func (Layout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	list, pane := objects[0], objects[1]
	listWidth := size.Width
	if width := theme.Grid(paneWidth); pane.Visible() && size.Width-width >= theme.Grid(minListWidth) {
		listWidth = size.Width - width
		pane.Resize(fyne.NewSize(width, size.Height))
		pane.Move(fyne.NewPos(listWidth, 0))
	} else {
		pane.Resize(size)
		pane.Move(fyne.NewPos(0, 0))
	}
	list.Resize(fyne.NewSize(listWidth, size.Height))
	list.Move(fyne.NewPos(0, 0))
}

// newCaption returns a label of small text.
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

// newMutedText returns a line of small muted text.
func newMutedText() *widget.RichText {
	style := widget.RichTextStyle{ColorName: theme.ColorMuted, SizeName: fynetheme.SizeNameCaptionText}
	return widget.NewRichText(&widget.TextSegment{Style: style})
}

// setText sets a muted text, unless it is the same.
func setText(line *widget.RichText, text string) {
	segment := line.Segments[0].(*widget.TextSegment)
	if segment.Text != text {
		segment.Text = text
		line.Refresh()
	}
}

// setLabel sets the text of a label, unless it is the same.
func setLabel(label *widget.Label, text string) {
	if label.Text != text {
		label.SetText(text)
	}
}

// joinLines returns the texts that are not empty, one per line.
func joinLines(texts []string) string {
	texts = slices.DeleteFunc(slices.Clone(texts), func(text string) bool { return text == "" })
	return strings.Join(texts, "\n")
}
