package dialog

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"github.com/ferryapp/ferry/widgets/draw"
	"github.com/ferryapp/ferry/widgets/theme"
)

// Page is a column of things below each other that scrolls where there is too
// little room. Unlike the toolkit's own columns it asks what is in it for the
// Height at the width there is, so that sentences have as many lines as they need.
type Page struct {
	widget.BaseWidget
	scroll *container.Scroll
	column *fyne.Container
	layout *columnLayout
}

// NewPage makes a page of objects. Those that have a method HeightAt are asked by
// it for their height.
func NewPage(objects ...fyne.CanvasObject) *Page {
	p := &Page{layout: &columnLayout{gap: pageGap}}
	p.column = container.New(p.layout, objects...)
	p.scroll = container.NewVScroll(p.column)
	p.ExtendBaseWidget(p)
	return p
}

// Dense has little space between what is on the page.
func (p *Page) Dense() { p.layout.gap = pageGapDense }

// Objects are what is on the page.
func (p *Page) Objects() []fyne.CanvasObject { return p.column.Objects }

// SetObjects puts other things on the page, which stays scrolled where it is.
func (p *Page) SetObjects(objects ...fyne.CanvasObject) {
	p.column.Objects = objects
	p.Relayout()
}

// Relayout gives everything the height that it needs now.
func (p *Page) Relayout() { p.arrange(p.Size()) }

// Reveal scrolls so far that all of an object, which is somewhere on the page, can
// be seen.
func (p *Page) Reveal(object fyne.CanvasObject) {
	driver := fyne.CurrentApp().Driver()
	top := driver.AbsolutePositionForObject(object).Y - driver.AbsolutePositionForObject(p.column).Y
	margin := theme.Grid(6)
	first, last := top-margin, top+object.Size().Height+margin-p.scroll.Size().Height
	offset := p.scroll.Offset
	switch {
	case first < offset.Y:
		offset.Y = max(first, 0)
	case last > offset.Y:
		offset.Y = min(last, max(p.column.Size().Height-p.scroll.Size().Height, 0))
	default:
		return
	}
	p.scroll.ScrollToOffset(offset)
}

// HeightAt is the height at which nothing has to be scrolled, at a width.
func (p *Page) HeightAt(width float32) float32 {
	l := columnLayout{width: width - theme.Grid(pageGutter), gap: p.layout.gap}
	return l.MinSize(p.column.Objects).Height
}

// MinSize is room to see anything at all.
func (p *Page) MinSize() fyne.Size { return fyne.NewSize(theme.Grid(55), theme.Grid(30)) }

// CreateRenderer is called by the toolkit.
func (p *Page) CreateRenderer() fyne.WidgetRenderer {
	return &draw.Renderer{Content: []fyne.CanvasObject{p.scroll}, Arrange: p.arrange, Minimum: p.MinSize, Repaint: func() {}, Widget: p}
}

func (p *Page) arrange(size fyne.Size) {
	p.layout.width = size.Width - theme.Grid(pageGutter)
	p.scroll.Resize(size)
	p.column.Layout.Layout(p.column.Objects, p.column.Size())
	p.scroll.Refresh()
}

// columnLayout puts things below each other, each as wide as there is room.
type columnLayout struct{ width, gap float32 }

func (l *columnLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	height := float32(0)
	for _, object := range objects {
		height += l.heightOf(object) + theme.Grid(l.gap)
	}
	return fyne.NewSize(theme.Grid(50), max(height-theme.Grid(l.gap), 0))
}

func (l *columnLayout) Layout(objects []fyne.CanvasObject, _ fyne.Size) {
	y := float32(0)
	for _, object := range objects {
		if !object.Visible() {
			continue
		}
		height := l.heightOf(object)
		object.Move(fyne.NewPos(0, y))
		object.Resize(fyne.NewSize(l.width, height))
		y += height + theme.Grid(l.gap)
	}
}

func (l *columnLayout) heightOf(object fyne.CanvasObject) float32 {
	if !object.Visible() {
		return -theme.Grid(l.gap)
	}
	if knowing, ok := object.(interface{ HeightAt(width float32) float32 }); ok {
		return knowing.HeightAt(l.width)
	}
	return object.MinSize().Height
}

// The space between two things on a page, and at its right for what scrolls it, in
// steps of the grid.
const (
	pageGap      = 5
	pageGapDense = 2
	pageGutter   = 3
)

// ScrollToTop shows the beginning.
func (p *Page) ScrollToTop() { p.scroll.ScrollToTop() }
