package widgets

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"

	"github.com/ferryapp/ferry/widgets/draw"
	"github.com/ferryapp/ferry/widgets/theme"
)

// SpeedGraph is a row of small columns on a thin line, the newest at the right, in
// relation to the highest of them. It fits into a line of text and grows to any size.
type SpeedGraph struct {
	widget.BaseWidget
	samples []float64
	columns []*canvas.Rectangle
	ground  *canvas.Rectangle
	holder  *fyne.Container
}

// Columns and the space between them, in steps of the grid.
const (
	columnWidth = 0.75
	columnGap   = 0.25
)

// NewSpeedGraph makes a graph of nothing.
func NewSpeedGraph() *SpeedGraph {
	g := &SpeedGraph{ground: &canvas.Rectangle{}, holder: &fyne.Container{}}
	g.paint()
	g.ExtendBaseWidget(g)
	return g
}

// Set shows these samples, the newest last; as many as there is room for. None
// may be below zero.
func (g *SpeedGraph) Set(samples []float64) {
	if slices.Equal(samples, g.samples) {
		return
	}
	g.samples = slices.Clone(samples)
	g.arrange(g.Size())
	canvas.Refresh(g)
}

// MinSize is a few columns of the height of a line of text.
func (g *SpeedGraph) MinSize() fyne.Size { return fyne.NewSize(theme.Grid(16), theme.Grid(4)) }

// CreateRenderer is called by the toolkit.
func (g *SpeedGraph) CreateRenderer() fyne.WidgetRenderer {
	return &draw.Renderer{Content: []fyne.CanvasObject{g.ground, g.holder}, Arrange: g.arrange, Minimum: g.MinSize, Repaint: g.paint, Widget: g}
}

func (g *SpeedGraph) arrange(size fyne.Size) {
	step := theme.Grid(columnWidth + columnGap)
	count := max(int((size.Width+theme.Grid(columnGap))/step), 0)
	g.provide(count)
	recent := g.samples[max(len(g.samples)-count, 0):]
	highest := 0.0
	for _, sample := range recent {
		highest = max(highest, sample)
	}
	for i, column := range g.columns {
		k := i - (count - len(recent))
		draw.SetVisible(column, k >= 0 && recent[k] > 0)
		if !column.Visible() {
			continue
		}
		height := max(draw.Snap(size.Height*float32(recent[k]/highest)), theme.Grid(0.5))
		column.Resize(fyne.NewSize(theme.Grid(columnWidth), height))
		column.Move(fyne.NewPos(float32(i)*step, size.Height-height))
	}
	thin := theme.Grid(0.25)
	g.ground.Resize(fyne.NewSize(size.Width, thin))
	g.ground.Move(fyne.NewPos(0, size.Height-thin))
	g.holder.Resize(size)
}

// provide makes as many columns as there is room for.
func (g *SpeedGraph) provide(count int) {
	if len(g.columns) == count {
		return
	}
	g.columns = g.columns[:min(count, len(g.columns))]
	for len(g.columns) < count {
		g.columns = append(g.columns, &canvas.Rectangle{})
	}
	g.holder.Objects = make([]fyne.CanvasObject, count)
	for i, column := range g.columns {
		g.holder.Objects[i] = column
	}
	g.paint()
}

func (g *SpeedGraph) paint() {
	g.ground.FillColor = theme.Color(theme.ColorTrack)
	for i, column := range g.columns {
		column.FillColor = theme.Color(theme.ColorInFlight)
		if i == len(g.columns)-1 {
			column.FillColor = theme.Color(theme.ColorAccent)
		}
		column.CornerRadius = theme.Grid(0.25)
	}
}
