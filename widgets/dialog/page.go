package dialog

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"github.com/ferryapp/ferry/widgets/draw"
	"github.com/ferryapp/ferry/widgets/theme"
)

// Spacing of a page in steps of the grid.
const (
	pageGap        = 5 // between two objects
	densePageGap   = 2 // between two objects of a dense page
	scrollBarWidth = 3 // space for the scroll bar at the right
)

// Page is a scrolling column of objects. Unlike Fyne's containers it gives objects
// with a method HeightAt the height they need at the width of the page.
type Page struct {
	widget.BaseWidget
	scroll *container.Scroll
	column *fyne.Container
	layout *columnLayout
}

// NewPage returns a page of objects.
func NewPage(objects ...fyne.CanvasObject) *Page {
	p := &Page{layout: &columnLayout{gap: pageGap}}
	p.column = container.New(p.layout, objects...)
	p.scroll = container.NewVScroll(p.column)
	p.ExtendBaseWidget(p)
	return p
}

// SetDense reduces the space between the objects.
func (p *Page) SetDense() { p.layout.gap = densePageGap }

// Objects returns the objects of the page.
func (p *Page) Objects() []fyne.CanvasObject { return p.column.Objects }

// SetObjects replaces the objects of the page and keeps the scroll position.
func (p *Page) SetObjects(objects ...fyne.CanvasObject) {
	p.column.Objects = objects
	p.Relayout()
}

// Relayout updates the layout after the height of an object has changed.
func (p *Page) Relayout() { p.arrange(p.Size()) }

// Reveal scrolls an object on the page, at any depth, into view.
func (p *Page) Reveal(object fyne.CanvasObject) {
	driver := fyne.CurrentApp().Driver()
	top := driver.AbsolutePositionForObject(object).Y - driver.AbsolutePositionForObject(p.column).Y
	margin := theme.Grid(6)
	// The offsets at which the object's top and bottom are visible.
	maxOffset, minOffset := top-margin, top+object.Size().Height+margin-p.scroll.Size().Height
	offset := p.scroll.Offset
	switch {
	case maxOffset < offset.Y:
		offset.Y = max(maxOffset, 0)
	case minOffset > offset.Y:
		offset.Y = min(minOffset, max(p.column.Size().Height-p.scroll.Size().Height, 0))
	default:
		return
	}
	p.scroll.ScrollToOffset(offset)
}

// ScrollToTop scrolls to the first object.
func (p *Page) ScrollToTop() { p.scroll.ScrollToTop() }

// HeightAt returns the height at which the page does not scroll.
func (p *Page) HeightAt(width float32) float32 {
	l := columnLayout{width: width - theme.Grid(scrollBarWidth), gap: p.layout.gap}
	return l.MinSize(p.column.Objects).Height
}

// MinSize returns a size that shows a part of the page.
func (p *Page) MinSize() fyne.Size { return fyne.NewSize(theme.Grid(55), theme.Grid(30)) }

// CreateRenderer implements [fyne.Widget].
func (p *Page) CreateRenderer() fyne.WidgetRenderer {
	return draw.NewRenderer(draw.Renderer{Content: []fyne.CanvasObject{p.scroll}, Arrange: p.arrange, Minimum: p.MinSize, Repaint: func() {}, Widget: p})
}

func (p *Page) arrange(size fyne.Size) {
	p.layout.width = size.Width - theme.Grid(scrollBarWidth)
	p.scroll.Resize(size)
	p.column.Layout.Layout(p.column.Objects, p.column.Size())
	p.scroll.Refresh()
}

// columnLayout places visible objects below each other, all of the same width. The
// gap is in steps of the grid.
type columnLayout struct{ width, gap float32 }

// MinSize implements [fyne.Layout].
func (l *columnLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	gap := theme.Grid(l.gap)
	height := float32(0)
	for _, object := range objects {
		if object.Visible() {
			height += heightAt(object, l.width) + gap
		}
	}
	return fyne.NewSize(theme.Grid(50), max(height-gap, 0))
}

// Layout implements [fyne.Layout].
func (l *columnLayout) Layout(objects []fyne.CanvasObject, _ fyne.Size) {
	y := float32(0)
	for _, object := range objects {
		if !object.Visible() {
			continue
		}
		height := heightAt(object, l.width)
		object.Move(fyne.NewPos(0, y))
		object.Resize(fyne.NewSize(l.width, height))
		y += height + theme.Grid(l.gap)
	}
}
