package details

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"github.com/ferryapp/ferry/app/view"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/widgets"
	"github.com/ferryapp/ferry/widgets/draw"
	"github.com/ferryapp/ferry/widgets/theme"
)

// nameWidth is the width of the names in grid steps.
const nameWidth = 27

// lineRow shows a name and a value, and a button that copies the value.
type lineRow struct {
	line   *fyne.Container
	name   *widget.RichText
	value  *widget.Label
	button *widgets.IconButton
	copy   string // what the button copies; "" for no button
}

func newLineRow(hints *widgets.Tooltips, copyText func(string)) *lineRow {
	l := &lineRow{name: newMutedText(), value: newCaption("")}
	l.value.Wrapping = fyne.TextWrapWord
	l.button = widgets.NewIconButton(theme.IconCopy, hints, words.Text("details.copy"), func() { copyText(l.copy) })
	name := container.New(width(theme.Grid(nameWidth)), l.name)
	l.line = container.NewBorder(nil, nil, name, l.button, l.value)
	return l
}

func (l *lineRow) object() fyne.CanvasObject { return l.line }

func (l *lineRow) set(line view.Line) {
	setText(l.name, line.Name)
	l.copy = line.Copy
	draw.SetVisible(l.button, line.Copy != "")
	if l.truncates() != (l.value.Truncation == fyne.TextTruncateEllipsis) {
		l.value.Wrapping, l.value.Truncation = fyne.TextWrapOff, fyne.TextTruncateEllipsis
		l.value.Refresh()
	}
	setLabel(l.value, line.Value)
}

// truncates reports whether the value is truncated instead of wrapped: if it can be copied.
func (l *lineRow) truncates() bool { return l.copy != "" }

// errorLine is a group of errors, and its texts.
type errorLine struct {
	group             view.ErrorGroup
	text, hint, label string
}

// errorRow shows how many files have the same error, and a button that resolves it.
type errorRow struct {
	line   *fyne.Container
	text   *widget.Label
	hint   *widget.Label
	place  *fyne.Container // of the button
	button *widgets.Button
	group  view.ErrorGroup
}

func newErrorRow(resolve func(view.ErrorGroup)) *errorRow {
	l := &errorRow{text: newCaption(""), hint: newCaption("")}
	l.text.Wrapping, l.hint.Wrapping = fyne.TextWrapWord, fyne.TextWrapWord
	l.text.TextStyle.Bold = true
	l.button = widgets.NewButton("", nil, func() { resolve(l.group) })
	padding := theme.Grid(2)
	l.place = container.NewHBox(l.button)
	button := container.New(layout.NewCustomPaddedLayout(0, 2*padding, padding, padding), l.place)
	l.line = container.New(layout.NewCustomPaddedVBoxLayout(-theme.Grid(2)), l.text, l.hint, button)
	return l
}

func (l *errorRow) object() fyne.CanvasObject { return l.line }

func (l *errorRow) set(e errorLine) {
	l.group = e.group
	setLabel(l.text, e.text)
	setLabel(l.hint, e.hint)
	draw.SetVisible(l.hint, e.hint != "")
	if l.button.Text != e.label {
		l.button.SetText(e.label)
		l.place.Refresh() // the button has another width
	}
}

// partRow shows a part's name and progress.
type partRow struct {
	line *fyne.Container
	name *widget.Label
	bar  *widgets.Bar
}

func newPartRow() *partRow {
	l := &partRow{name: newCaption(""), bar: widgets.NewBar()}
	side := theme.Grid(2)
	l.line = container.New(layout.NewCustomPaddedVBoxLayout(-theme.Grid(1)),
		l.name, container.New(layout.NewCustomPaddedLayout(0, 0, side, side), l.bar))
	return l
}

func (l *partRow) object() fyne.CanvasObject { return l.line }

func (l *partRow) set(p view.PartLine) {
	setLabel(l.name, p.Name)
	l.bar.Set(p.Done, p.Done, theme.Active)
}

// historyRow shows the time and the text of an event.
type historyRow struct {
	line *fyne.Container
	at   *widget.RichText
	what *widget.Label
}

func newHistoryRow() *historyRow {
	l := &historyRow{at: newMutedText(), what: newCaption("")}
	l.what.Wrapping = fyne.TextWrapWord
	l.line = container.NewBorder(nil, nil, container.New(width(theme.Grid(nameWidth)), l.at), nil, l.what)
	return l
}

func (l *historyRow) object() fyne.CanvasObject { return l.line }

func (l *historyRow) set(h view.HistoryLine) {
	setText(l.at, h.At)
	setLabel(l.what, h.What)
}

// width and height are layouts of objects on top of each other, with a fixed minimum width
// or height.
type (
	width  float32
	height float32
)

func (w width) MinSize(objects []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(float32(w), objects[0].MinSize().Height)
}

func (width) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	layout.NewStackLayout().Layout(objects, size)
}

func (h height) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(0, float32(h)) }

func (height) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	layout.NewStackLayout().Layout(objects, size)
}
