package widgets

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"

	"github.com/ferryapp/ferry/widgets/draw"
	"github.com/ferryapp/ferry/widgets/theme"
)

// Figure is a number with its unit that changes often.
type Figure struct {
	Widest []string // the longest it says, in each of its units: the room that it has
	Leaves int      // where there is no room for all, the one with the greatest number leaves first
}

// Kept is the text of a figure that says nothing for a moment.
const Kept = " "

// figureGap is the space between two figures, in steps of the grid.
const figureGap = 3

// Figures is a line of numbers of which each has a place of its own, so that none
// moves when the digits of another change. The first ends where its place ends,
// the others begin where theirs do. One that says nothing takes no room, unless its
// Text is Kept.
type Figures struct {
	widget.BaseWidget
	figures []Figure
	labels  []*draw.Label
}

// NewFigures makes a line that says nothing yet.
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

// Set says something else, in the order of the figures. The same again costs
// nothing.
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

// Texts is what is said, as far as there is room for it.
func (f *Figures) Texts() []string {
	var texts []string
	for _, l := range f.labels {
		if l.Object.Visible() {
			texts = append(texts, l.FullText)
		}
	}
	return texts
}

// MinSize is room for the figure that stays longest.
func (f *Figures) MinSize() fyne.Size {
	least := slices.MinFunc(f.figures, func(a, b Figure) int { return a.Leaves - b.Leaves })
	return fyne.NewSize(f.width(least), f.labels[0].Height)
}

// Width is the room that all of it needs that says something now.
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

// CreateRenderer is called by the toolkit.
func (f *Figures) CreateRenderer() fyne.WidgetRenderer {
	objects := make([]fyne.CanvasObject, len(f.labels))
	for i, l := range f.labels {
		objects[i] = l.Object
	}
	return &draw.Renderer{Content: objects, Arrange: f.arrange, Minimum: f.MinSize, Repaint: f.paint, Widget: f}
}

func (f *Figures) arrange(size fyne.Size) {
	most := f.most(size.Width)
	x, y := float32(0), draw.Snap((size.Height-f.labels[0].Height)/2)
	for i, l := range f.labels {
		shown := l.FullText != "" && f.figures[i].Leaves <= most
		draw.SetVisible(l.Object, shown)
		if shown {
			width := f.width(f.figures[i])
			l.Place(fyne.NewPos(x, y), min(width, size.Width-x))
			x += width + theme.Grid(figureGap)
		}
	}
}

// most is the greatest Leaves for which there is room.
func (f *Figures) most(room float32) int {
	order := make([]int, len(f.figures))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return f.figures[a].Leaves - f.figures[b].Leaves })
	most := f.figures[order[0]].Leaves
	for at, i := range order {
		if f.labels[i].FullText == "" {
			continue
		}
		room -= f.width(f.figures[i])
		if at > 0 {
			room -= theme.Grid(figureGap)
		}
		if room < 0 {
			break
		}
		most = f.figures[i].Leaves
	}
	return most
}

func (f *Figures) paint() {
	for _, l := range f.labels {
		l.Restyle()
	}
	canvas.Refresh(f)
}
