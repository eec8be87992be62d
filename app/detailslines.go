package app

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/widgets"
	"github.com/ferryapp/ferry/widgets/draw"
	"github.com/ferryapp/ferry/widgets/theme"
)

// nameWidth is how wide the names of facts are, in steps of the grid.
const nameWidth = 27

// factLine is a name beside its value, with a button that copies it.
type factLine struct {
	line   *fyne.Container
	name   *widget.RichText
	value  *widget.Label
	button *widgets.IconButton
	copied string
}

func newFactLine(hints *widgets.Hints, toClipboard func(string)) *factLine {
	l := &factLine{name: quiet(), value: caption("")}
	l.value.Wrapping = fyne.TextWrapWord
	l.button = widgets.NewIconButton(theme.IconCopy, hints, words.Say("details.copy"), func() { toClipboard(l.copied) })
	name := container.New(width(theme.Grid(nameWidth)), l.name)
	l.line = container.NewBorder(nil, nil, name, l.button, l.value)
	return l
}

func (l *factLine) object() fyne.CanvasObject { return l.line }

func (l *factLine) say(f fact) {
	murmur(l.name, f.name)
	l.copied = f.copy
	draw.SetVisible(l.button, f.copy != "")
	if l.shortens() != (l.value.Truncation == fyne.TextTruncateEllipsis) {
		l.value.Wrapping, l.value.Truncation = fyne.TextWrapOff, fyne.TextTruncateEllipsis
		l.value.Refresh()
	}
	say(l.value, f.value)
}

// shortens reports whether the value is cut off where its line ends: what can be
// copied need not be read to its end.
func (l *factLine) shortens() bool { return l.copied != "" }

// partLine is a part's name over its bar.
type partLine struct {
	line *fyne.Container
	name *widget.Label
	bar  *widgets.Bar
}

func newPartLine() *partLine {
	l := &partLine{name: caption(""), bar: widgets.NewBar()}
	side := theme.Grid(2)
	l.line = container.New(layout.NewCustomPaddedVBoxLayout(-theme.Grid(1)),
		l.name, container.New(layout.NewCustomPaddedLayout(0, 0, side, side), l.bar))
	return l
}

func (l *partLine) object() fyne.CanvasObject { return l.line }

func (l *partLine) say(p partFact) {
	say(l.name, p.name)
	l.bar.Set(p.done, p.done, theme.Active)
}

// happeningLine is when something happened, and what.
type happeningLine struct {
	line *fyne.Container
	at   *widget.RichText
	what *widget.Label
}

func newHappeningLine() *happeningLine {
	l := &happeningLine{at: quiet(), what: caption("")}
	l.what.Wrapping = fyne.TextWrapWord
	l.line = container.NewBorder(nil, nil, container.New(width(theme.Grid(nameWidth)), l.at), nil, l.what)
	return l
}

func (l *happeningLine) object() fyne.CanvasObject { return l.line }

func (l *happeningLine) say(h happening) {
	murmur(l.at, h.at)
	say(l.what, h.what)
}

// width and height are layouts that ask for so much of one, and for the other as
// what they hold does.
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
