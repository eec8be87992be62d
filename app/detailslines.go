package app

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/widgets"
	"github.com/ferryapp/ferry/widgets/theme"
)

// factLine is a name over its value, with a button that copies it.
type factLine struct {
	line        *fyne.Container
	name, value *widget.Label
	button      *widgets.IconButton
	copied      string
}

func newFactLine(hints *widgets.Hints, toClipboard func(string)) *factLine {
	l := &factLine{name: caption(""), value: widget.NewLabel("")}
	l.name.Importance = widget.LowImportance
	l.value.Truncation = fyne.TextTruncateEllipsis
	l.button = widgets.NewIconButton(theme.IconCopy, hints, words.Say("details.copy"), func() { toClipboard(l.copied) })
	text := container.New(layout.NewCustomPaddedVBoxLayout(-theme.Grid(4)), l.name, l.value)
	l.line = container.NewBorder(nil, nil, nil, container.NewCenter(l.button), text)
	return l
}

func (l *factLine) object() fyne.CanvasObject { return l.line }

func (l *factLine) say(f fact) {
	say(l.name, f.name)
	say(l.value, f.value)
	l.copied = f.copy
	setVisible(l.button, f.copy != "")
}

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
	line     *fyne.Container
	at, what *widget.Label
}

func newHappeningLine() *happeningLine {
	l := &happeningLine{at: caption(""), what: caption("")}
	l.at.Importance = widget.LowImportance
	l.what.Wrapping = fyne.TextWrapWord
	l.line = container.New(layout.NewCustomPaddedVBoxLayout(-theme.Grid(3)), l.at, l.what)
	return l
}

func (l *happeningLine) object() fyne.CanvasObject { return l.line }

func (l *happeningLine) say(h happening) {
	say(l.at, h.at)
	say(l.what, h.what)
}

// height is a layout that asks for so much of it.
type height float32

func (h height) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(0, float32(h)) }

func (height) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	for _, object := range objects {
		object.Move(fyne.NewPos(0, 0))
		object.Resize(size)
	}
}
