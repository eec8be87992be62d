package widgets

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	fynetheme "fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/ferryapp/ferry/widgets/draw"
	"github.com/ferryapp/ferry/widgets/list"
	"github.com/ferryapp/ferry/widgets/theme"
)

// RowModel is everything a Row shows. Two equal models look the same.
type RowModel struct {
	Icon   theme.IconName // what kind of thing it is
	Name   string         // shortened in its middle where there is no room
	Size   string         // how much of how much; the last column to go when the row is narrow
	Speed  string
	ETA    string
	Glyph  theme.IconName // the state as a sign,
	Detail string         // in words
	Tone   theme.Tone     // and as a colour

	ShowBar bool
	BarTone theme.Tone
	Acked   float64 // of 1: acknowledged by the receiving side
	Sent    float64 // of 1: sent, at or above Acked

	Depth int  // how many rows it is inside of
	Fold  Fold // whether it opens into rows

	Actions []Action // the last one stands at the right edge
}

// Fold is whether a row opens into others.
type Fold uint8

// The ways a row can be.
const (
	FoldNone Fold = iota
	FoldClosed
	FoldOpen
)

// Action is something the user can do with a row.
type Action struct {
	ID    string
	Icon  theme.IconName
	Label string
	// Prominent shows the label, at all times: the row waits for the user.
	// Other actions are icons that show when the row is pointed at or selected.
	Prominent bool
}

// Equal says whether both look the same.
func (m RowModel) Equal(other RowModel) bool {
	return m.Name == other.Name && m.Icon == other.Icon &&
		m.Size == other.Size && m.Speed == other.Speed && m.ETA == other.ETA &&
		m.Glyph == other.Glyph && m.Detail == other.Detail && m.Tone == other.Tone &&
		m.ShowBar == other.ShowBar && m.BarTone == other.BarTone && m.Depth == other.Depth && m.Fold == other.Fold && m.Acked == other.Acked && m.Sent == other.Sent &&
		slices.Equal(m.Actions, other.Actions)
}

// Row shows one transfer, or anything else that has a name, a state and
// progress. It is made to be one of many in a [View].
type Row struct {
	widget.BaseWidget

	// OnAction is told the ID of the action the user chose.
	OnAction func(id string)

	// OnFold is called when the user opens or closes the row.
	OnFold func()

	// Hints says what the buttons do that have no words, and words in full that
	// have no room; nil for nothing.
	Hints *Hints

	model   RowModel
	state   list.RowState
	pointed fyne.CanvasObject // what is being explained; nil for nothing

	back      *canvas.Rectangle
	line      *canvas.Rectangle
	tile      *canvas.Rectangle
	icon      *draw.Icon
	name      *draw.Label
	glyph     *draw.Icon
	detail    *draw.Label
	columns   [3]*draw.Label // size, speed, time left
	bar       *Bar
	chevron   *rowButton
	buttons   []*rowButton
	container *fyne.Container // of the buttons
}

// NewRow makes an empty row.
func NewRow() *Row {
	r := &Row{
		back:      &canvas.Rectangle{},
		line:      &canvas.Rectangle{},
		tile:      &canvas.Rectangle{},
		icon:      draw.NewIcon(),
		name:      draw.NewLabel(draw.SizeText, theme.ColorText),
		glyph:     draw.NewIcon(),
		detail:    draw.NewLabel(draw.SizeCaption, theme.ColorMuted),
		bar:       NewBar(),
		container: &fyne.Container{},
	}
	r.name.Shorten = draw.EllipsisMiddle
	r.chevron = newRowButton(func(string) { call(r.OnFold) })
	r.chevron.Hide()
	for i := range r.columns {
		r.columns[i] = draw.NewLabel(draw.SizeCaption, theme.ColorMuted)
		r.columns[i].Object.Alignment = fyne.TextAlignTrailing
	}
	r.bar.Hide()
	r.paint()
	r.ExtendBaseWidget(r)
	return r
}

// SetModel shows another model. An equal one costs nothing.
func (r *Row) SetModel(model RowModel) {
	if model.Equal(r.model) {
		return
	}
	r.model = model
	r.icon.Set(model.Icon, theme.ColorMuted)
	r.name.Set(model.Name, theme.ColorText)
	r.glyph.Set(model.Glyph, model.Tone.Color())
	r.detail.Set(model.Detail, model.Tone.Color())
	for i, text := range []string{model.Size, model.Speed, model.ETA} {
		r.columns[i].Set(text, theme.ColorMuted)
	}
	draw.SetVisible(r.bar, model.ShowBar)
	r.arrange(r.Size())
	r.bar.Set(model.Acked, model.Sent, model.BarTone)
}

// SetState shows whether the row is selected, has the keyboard or is pointed at.
func (r *Row) SetState(state list.RowState) {
	if state == r.state {
		return
	}
	marked := state.Selected != r.state.Selected || state.Cursor != r.state.Cursor || state.Hovered != r.state.Hovered
	r.state = state
	if marked {
		r.paintBack()
		r.back.Refresh()
	}
	r.arrange(r.Size())
}

func (r *Row) act(id string) {
	r.Hints.Dismiss()
	if r.OnAction != nil {
		r.OnAction(id)
	}
}

// MinSize is the one height of all rows, and room for a few letters.
func (r *Row) MinSize() fyne.Size {
	return fyne.NewSize(theme.Grid(60), theme.Size(theme.SizeRow))
}

// CreateRenderer is called by the toolkit.
func (r *Row) CreateRenderer() fyne.WidgetRenderer {
	objects := []fyne.CanvasObject{r.back, r.line, r.tile, r.icon.Object, r.name.Object, r.glyph.Object, r.detail.Object}
	for _, column := range r.columns {
		objects = append(objects, column.Object)
	}
	objects = append(objects, r.bar, r.chevron, r.container)
	return &draw.Renderer{Content: objects, Arrange: r.arrange, Minimum: r.MinSize, Repaint: r.paint, Widget: r}
}

func (r *Row) paint() {
	for _, l := range append([]*draw.Label{r.name, r.detail}, r.columns[:]...) {
		l.Restyle()
	}
	r.line.FillColor = theme.Color(fynetheme.ColorNameSeparator)
	r.tile.FillColor = theme.Color(theme.ColorTile)
	r.tile.CornerRadius = theme.Grid(2)
	r.paintBack()
	for _, object := range []fyne.CanvasObject{r.icon.Object, r.glyph.Object, r.bar} {
		object.Refresh()
	}
	for _, button := range append([]*rowButton{r.chevron}, r.buttons...) {
		button.Refresh()
	}
}

func (r *Row) paintBack() {
	r.back.CornerRadius = theme.Grid(2)
	r.back.FillColor, r.back.StrokeColor, r.back.StrokeWidth = nil, nil, 0
	if r.state.Hovered {
		r.back.FillColor = theme.Color(fynetheme.ColorNameHover)
	}
	if r.state.Selected {
		r.back.FillColor = theme.Color(fynetheme.ColorNameSelection)
	}
	if r.state.Cursor {
		r.back.StrokeColor, r.back.StrokeWidth = theme.Color(theme.ColorAccent), 1.5
	}
}
