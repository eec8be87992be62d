package widgets

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"

	"github.com/ferryapp/ferry/widgets/draw"
	"github.com/ferryapp/ferry/widgets/theme"
)

// SpeedGraph is a bar chart of recent samples, the newest at the right, scaled to
// the greatest visible one. Its minimum size fits into a line of text.
type SpeedGraph struct {
	widget.BaseWidget
	samples   []float64
	columns   []*canvas.Rectangle
	baseline  *canvas.Rectangle
	container *fyne.Container // of the columns
}

// Sizes of the columns in steps of the grid.
const (
	columnWidth = 0.75
	columnGap   = 0.25
)

// NewSpeedGraph returns a graph without samples.
func NewSpeedGraph() *SpeedGraph {
	g := &SpeedGraph{baseline: &canvas.Rectangle{}, container: &fyne.Container{}}
	g.paint()
	g.ExtendBaseWidget(g)
	return g
}

// Set replaces the samples, the newest last. The graph shows as many as fit.
// Samples must not be negative.
func (g *SpeedGraph) Set(samples []float64) {
	if slices.Equal(samples, g.samples) {
		return
	}
	g.samples = slices.Clone(samples)
	g.arrange(g.Size())
	canvas.Refresh(g)
}

// MinSize returns the height of a line of text, and a minimum width.
func (g *SpeedGraph) MinSize() fyne.Size { return fyne.NewSize(theme.Grid(16), theme.Grid(4)) }

// CreateRenderer implements [fyne.Widget].
func (g *SpeedGraph) CreateRenderer() fyne.WidgetRenderer {
	objects := []fyne.CanvasObject{g.baseline, g.container}
	return draw.NewRenderer(draw.Renderer{Content: objects, Arrange: g.arrange, Minimum: g.MinSize, Repaint: g.paint, Widget: g})
}

func (g *SpeedGraph) arrange(size fyne.Size) {
	step := theme.Grid(columnWidth + columnGap)
	count := max(int((size.Width+theme.Grid(columnGap))/step), 0)
	g.setColumnCount(count)
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
	thickness := theme.Grid(0.25)
	g.baseline.Resize(fyne.NewSize(size.Width, thickness))
	g.baseline.Move(fyne.NewPos(0, size.Height-thickness))
	g.container.Resize(size)
}

// setColumnCount creates or removes columns.
func (g *SpeedGraph) setColumnCount(count int) {
	if len(g.columns) == count {
		return
	}
	g.columns = g.columns[:min(count, len(g.columns))]
	for len(g.columns) < count {
		g.columns = append(g.columns, &canvas.Rectangle{})
	}
	g.container.Objects = make([]fyne.CanvasObject, count)
	for i, column := range g.columns {
		g.container.Objects[i] = column
	}
	g.paint()
}

func (g *SpeedGraph) paint() {
	g.baseline.FillColor = theme.Color(theme.ColorTrack)
	for i, column := range g.columns {
		column.FillColor = theme.Color(theme.ColorMuted)
		if i == len(g.columns)-1 {
			column.FillColor = theme.Color(theme.ColorAccent)
		}
		column.CornerRadius = theme.Grid(0.25)
	}
}
