package widgets

import (
	"cmp"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"

	"github.com/ferryapp/ferry/widgets/draw"
	"github.com/ferryapp/ferry/widgets/theme"
)

// Figure describes a frequently changing number with its unit.
type Figure struct {
	Widest    []string // sample texts; the widest determines the figure's width
	HideOrder int      // if there is too little space, figures with greater values are hidden first
}

// Blank is the text of a figure that is empty but keeps its space.
const Blank = " "

// figureGap is the space between two figures, in steps of the grid.
const figureGap = 3

// Figures is a line of numbers of fixed width, so that a change of one does not
// move the others. The first is aligned to the right, the others to the left. A
// figure without text takes no space.
type Figures struct {
	widget.BaseWidget
	figures []Figure
	labels  []*draw.Label
}

// NewFigures returns a line of figures without texts.
func NewFigures(figures ...Figure) *Figures {
	f := &Figures{figures: figures}
	for i := range figures {
		color := theme.ColorMuted
		if i == 0 {
			color = theme.ColorText
		}
		l := draw.NewLabel(draw.SizeCaption, color)
		if i == 0 {
			l.Object.Alignment = fyne.TextAlignTrailing
		}
		f.labels = append(f.labels, l)
	}
	f.ExtendBaseWidget(f)
	return f
}

// Set sets the texts of all figures.
func (f *Figures) Set(texts ...string) {
	changed := false
	for i, l := range f.labels {
		if texts[i] != l.FullText {
			l.Set(texts[i], l.Color)
			changed = true
		}
	}
	if changed {
		f.arrange(f.Size())
	}
}

// Texts returns the texts of the visible figures.
func (f *Figures) Texts() []string {
	var texts []string
	for _, l := range f.labels {
		if l.Object.Visible() {
			texts = append(texts, l.FullText)
		}
	}
	return texts
}

// MinSize returns the size of the figure that is hidden last.
func (f *Figures) MinSize() fyne.Size {
	last := slices.MinFunc(f.figures, func(a, b Figure) int { return cmp.Compare(a.HideOrder, b.HideOrder) })
	return fyne.NewSize(f.width(last), f.labels[0].Height)
}

// Width returns the width of all figures that have a text.
func (f *Figures) Width() float32 {
	width := float32(0)
	for i, figure := range f.figures {
		if f.labels[i].FullText != "" {
			width += f.width(figure) + theme.Grid(figureGap)
		}
	}
	return width
}

func (f *Figures) width(figure Figure) float32 {
	width := float32(0)
	for _, text := range figure.Widest {
		width = max(width, fyne.MeasureText(text, theme.Size(draw.SizeCaption), fyne.TextStyle{}).Width)
	}
	return width + 1
}

// CreateRenderer implements [fyne.Widget].
func (f *Figures) CreateRenderer() fyne.WidgetRenderer {
	objects := make([]fyne.CanvasObject, len(f.labels))
	for i, l := range f.labels {
		objects[i] = l.Object
	}
	return draw.NewRenderer(draw.Renderer{Content: objects, Arrange: f.arrange, Minimum: f.MinSize, Repaint: f.paint, Widget: f})
}

func (f *Figures) arrange(size fyne.Size) {
	fittingOrder := f.fittingOrder(size.Width)
	x, y := float32(0), draw.Snap((size.Height-f.labels[0].Height)/2)
	for i, l := range f.labels {
		visible := l.FullText != "" && f.figures[i].HideOrder <= fittingOrder
		draw.SetVisible(l.Object, visible)
		if visible {
			width := f.width(f.figures[i])
			l.Place(fyne.NewPos(x, y), min(width, size.Width-x))
			x += width + theme.Grid(figureGap)
		}
	}
}

// fittingOrder returns the greatest hide order of the figures that fit into a width.
func (f *Figures) fittingOrder(width float32) int {
	order := make([]int, len(f.figures))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(f.figures[a].HideOrder, f.figures[b].HideOrder) })
	fitting := f.figures[order[0]].HideOrder
	for n, i := range order {
		if f.labels[i].FullText == "" {
			continue
		}
		width -= f.width(f.figures[i])
		if n > 0 {
			width -= theme.Grid(figureGap)
		}
		if width < 0 {
			break
		}
		fitting = f.figures[i].HideOrder
	}
	return fitting
}

func (f *Figures) paint() {
	for _, l := range f.labels {
		l.Restyle()
	}
	canvas.Refresh(f)
}
