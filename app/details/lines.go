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

// nameWidth is the width of the names, in steps of the grid.
const nameWidth = 27

// lineRow shows a name and a value, with a button that copies it.
type lineRow struct {
	line   *fyne.Container
	name   *widget.RichText
	value  *widget.Label
	button *widgets.IconButton
	copied string
}

func newLineRow(hints *widgets.Tooltips, toClipboard func(string)) *lineRow {
	l := &lineRow{name: newMutedText(), value: newCaption("")}
	l.value.Wrapping = fyne.TextWrapWord
	l.button = widgets.NewIconButton(theme.IconCopy, hints, words.Text("details.copy"), func() { toClipboard(l.copied) })
	name := container.New(width(theme.Grid(nameWidth)), l.name)
	l.line = container.NewBorder(nil, nil, name, l.button, l.value)
	return l
}

func (l *lineRow) object() fyne.CanvasObject { return l.line }

func (l *lineRow) set(f view.Line) {
	setText(l.name, f.Name)
	l.copied = f.Copy
	draw.SetVisible(l.button, f.Copy != "")
	if l.truncates() != (l.value.Truncation == fyne.TextTruncateEllipsis) {
		l.value.Wrapping, l.value.Truncation = fyne.TextWrapOff, fyne.TextTruncateEllipsis
		l.value.Refresh()
	}
	setLabel(l.value, f.Value)
}

// truncates reports whether the value is cut at the end of its line, because it can be
// copied.
func (l *lineRow) truncates() bool { return l.copied != "" }

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

// historyRow shows when something happened, and what.
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

// width and height are layouts with a fixed minimum of one dimension. The other one is that
// of the content.
type (
	width  float32
	height float32
)

func (w width) MinSize(objects []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(float32(w), objects[0].MinSize().Height)
}

func (width) Layout(objects []fyne.CanvasObject, size fyne.Size) { fill(objects, size) }

func (h height) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(0, float32(h)) }

func (height) Layout(objects []fyne.CanvasObject, size fyne.Size) { fill(objects, size) }

func fill(objects []fyne.CanvasObject, size fyne.Size) {
	for _, object := range objects {
		object.Move(fyne.NewPos(0, 0))
		object.Resize(size)
	}
}
