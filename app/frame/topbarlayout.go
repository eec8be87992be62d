package frame

import (
	"fyne.io/fyne/v2"
	fynetheme "fyne.io/fyne/v2/theme"

	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/widgets"
	"github.com/ferryapp/ferry/widgets/draw"
	"github.com/ferryapp/ferry/widgets/theme"
)

// topBarLayout lays out a [TopBar]: the destination at the left, the rest at the right. In
// a narrow window texts are left out in this order: the label, the text of Toggle, that of
// Add if the server's name would be too short otherwise, and the end of the name.
type topBarLayout struct{ bar *TopBar }

func (l *topBarLayout) MinSize([]fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(theme.Grid(100), l.bar.Add.MinSize().Height)
}

func (l *topBarLayout) Layout(_ []fyne.CanvasObject, size fyne.Size) {
	b := l.bar
	setButtonText(b.Destination, b.name)
	setButtonText(b.Add, words.Text("top.add"))
	l.showTexts(true, true)
	if l.width() > size.Width {
		l.showTexts(false, true)
	}
	if l.width() > size.Width {
		l.showTexts(false, false)
	}
	if l.width()-size.Width > nameWidth(b)-theme.Grid(12) {
		setButtonText(b.Add, "")
	}
	if over := l.width() - size.Width; over > 0 {
		setButtonText(b.Destination, draw.EllipsisEnd(b.name, nameWidth(b)-over, theme.Size(fynetheme.SizeNameText), fyne.TextStyle{Bold: true}))
	}
	l.place(size)
}

// nameWidth returns the width of the server's full name.
func nameWidth(b *TopBar) float32 {
	return fyne.MeasureText(b.name, theme.Size(fynetheme.SizeNameText), fyne.TextStyle{Bold: true}).Width
}

// showTexts shows or hides the label and the text of Toggle.
func (l *topBarLayout) showTexts(label, toggle bool) {
	draw.SetVisible(l.bar.label, label)
	draw.SetVisible(l.bar.toggleBox, toggle)
	draw.SetVisible(l.bar.toggleIcon, !toggle)
}

func (l *topBarLayout) sides() (left, right []fyne.CanvasObject) {
	b := l.bar
	return visibleOf(b.label, b.Destination, b.folder), visibleOf(b.Add, b.toggleBox, b.toggleIcon, b.RemoveFinished, b.history, b.settings)
}

func visibleOf(objects ...fyne.CanvasObject) []fyne.CanvasObject {
	var shown []fyne.CanvasObject
	for _, o := range objects {
		if o.Visible() {
			shown = append(shown, o)
		}
	}
	return shown
}

// width returns the width that the visible objects need.
func (l *topBarLayout) width() float32 {
	left, right := l.sides()
	return l.leftMargin() + widthOf(left) + widthOf(right)
}

// leftMargin returns the space before the first object. The label contains a margin.
func (l *topBarLayout) leftMargin() float32 {
	if l.bar.label.Visible() {
		return 0
	}
	return theme.Grid(2)
}

// widthOf returns the width of objects in a row, each followed by one step of the grid.
func widthOf(objects []fyne.CanvasObject) float32 {
	width := float32(0)
	for _, o := range objects {
		width += o.MinSize().Width + theme.Grid(1)
	}
	return width
}

// fixedWidth is a layout that gives an object the width that it has with the longest of some
// texts, so that nothing moves when its text changes.
type fixedWidth struct {
	button *widgets.Button
	texts  []string
}

// MinSize implements [fyne.Layout].
func (f fixedWidth) MinSize([]fyne.CanvasObject) fyne.Size {
	measure := func(text string) float32 {
		return fyne.MeasureText(text, theme.Size(fynetheme.SizeNameText), fyne.TextStyle{Bold: true}).Width
	}
	size, longest := f.button.MinSize(), measure(f.button.Text)
	for _, text := range f.texts {
		longest = max(longest, measure(text))
	}
	return size.AddWidthHeight(longest-measure(f.button.Text), 0)
}

// Layout implements [fyne.Layout].
func (f fixedWidth) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	for _, o := range objects {
		o.Resize(size)
		o.Move(fyne.Position{})
	}
}

func (l *topBarLayout) place(size fyne.Size) {
	left, right := l.sides()
	placeInRow(left, l.leftMargin(), size.Height)
	placeInRow(right, size.Width-widthOf(right), size.Height)
}

func placeInRow(objects []fyne.CanvasObject, x, height float32) {
	for _, o := range objects {
		o.Resize(fyne.NewSize(o.MinSize().Width, height))
		o.Move(fyne.NewPos(x, 0))
		x += o.Size().Width + theme.Grid(1)
	}
}
