package app

import (
	"fyne.io/fyne/v2"
	fynetheme "fyne.io/fyne/v2/theme"

	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/widgets/draw"
	"github.com/ferryapp/ferry/widgets/theme"
)

// barLine lays out a topBar: where to at the left, the rest at the right. In a
// narrow window the words leave that the icons can do without, that of Add where
// next to nothing would be left of the server's name, and then the name's end.
type barLine struct{ bar *topBar }

func (l *barLine) MinSize([]fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(theme.Grid(100), l.bar.add.MinSize().Height)
}

func (l *barLine) Layout(_ []fyne.CanvasObject, size fyne.Size) {
	b := l.bar
	setText(b.to, b.name)
	setText(b.add, words.Say("top.add"))
	l.compact(false, false)
	if l.width() > size.Width {
		l.compact(true, false)
	}
	if l.width() > size.Width {
		l.compact(true, true)
	}
	if l.width()-size.Width > wholeName(b)-theme.Grid(12) {
		setText(b.add, "")
	}
	if over := l.width() - size.Width; over > 0 {
		setText(b.to, draw.EllipsisEnd(b.name, wholeName(b)-over, theme.Size(fynetheme.SizeNameText), fyne.TextStyle{Bold: true}))
	}
	l.place(size)
}

// wholeName is the room that the whole name of the server takes.
func wholeName(b *topBar) float32 {
	return fyne.MeasureText(b.name, theme.Size(fynetheme.SizeNameText), fyne.TextStyle{Bold: true}).Width
}

// compact says what the bar does without.
func (l *barLine) compact(label, words bool) {
	draw.SetVisible(l.bar.label, !label)
	draw.SetVisible(l.bar.toggle, !words)
	draw.SetVisible(l.bar.toggling, words)
}

func (l *barLine) sides() (left, right []fyne.CanvasObject) {
	b := l.bar
	return shownOf(b.label, b.to, b.folder), shownOf(b.add, b.toggle, b.toggling, b.finish, b.settings)
}

func shownOf(objects ...fyne.CanvasObject) []fyne.CanvasObject {
	var shown []fyne.CanvasObject
	for _, o := range objects {
		if o.Visible() {
			shown = append(shown, o)
		}
	}
	return shown
}

// width is the room that all of it needs.
func (l *barLine) width() float32 {
	left, right := l.sides()
	return l.lead() + widthOf(left) + widthOf(right)
}

// lead is the space before everything: the words have one of their own.
func (l *barLine) lead() float32 {
	if l.bar.label.Visible() {
		return 0
	}
	return theme.Grid(2)
}

// widthOf is the room for objects side by side, with a step between and after
// them.
func widthOf(objects []fyne.CanvasObject) float32 {
	width := float32(0)
	for _, o := range objects {
		width += o.MinSize().Width + theme.Grid(1)
	}
	return width
}

func (l *barLine) place(size fyne.Size) {
	left, right := l.sides()
	putSideBySide(left, l.lead(), size.Height)
	putSideBySide(right, size.Width-widthOf(right), size.Height)
}

func putSideBySide(objects []fyne.CanvasObject, x, height float32) {
	for _, o := range objects {
		o.Resize(fyne.NewSize(o.MinSize().Width, height))
		o.Move(fyne.NewPos(x, 0))
		x += o.Size().Width + theme.Grid(1)
	}
}
