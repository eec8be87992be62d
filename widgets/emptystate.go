package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	fynetheme "fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/ferryapp/ferry/widgets/draw"
	"github.com/ferryapp/ferry/widgets/theme"
)

// EmptyModel is the content of an [EmptyState].
type EmptyModel struct {
	Picture fyne.Resource // optional
	Title   string        // one sentence
	Hint    string        // further text, optional
	Tooltip string        // of the hint: the full form of what is shortened in it, optional
	Button  string        // label of the button, which is hidden if empty
	Icon    theme.IconName
	Second  string // label of a second, less prominent button, optional
}

// EmptyState is shown in place of an empty list: a picture, a sentence, a hint and
// up to two buttons.
type EmptyState struct {
	widget.BaseWidget

	// OnTapped is called when the button is tapped.
	OnTapped func()

	// OnSecondTapped is called when the second button is tapped.
	OnSecondTapped func()

	// Tooltips shows the tooltip. It may be nil.
	Tooltips *Tooltips

	tooltip string
	picture *canvas.Image
	title   *draw.Label
	hint    *draw.WrappedText
	lines   *fyne.Container // of the hint
	button  *Button
	second  *Button
}

var _ desktop.Hoverable = (*EmptyState)(nil)

// NewEmptyState returns an empty state.
func NewEmptyState(model EmptyModel, tapped func()) *EmptyState {
	e := &EmptyState{
		OnTapped: tapped,
		picture:  &canvas.Image{FillMode: canvas.ImageFillContain},
		title:    draw.NewLabel(fynetheme.SizeNameHeadingText, theme.ColorText),
		hint:     draw.NewWrappedText("", draw.SizeText, theme.ColorMuted),
	}
	e.title.Object.Alignment = fyne.TextAlignCenter
	e.lines = container.NewWithoutLayout(e.hint.Objects()...)
	for _, line := range e.lines.Objects {
		line.(*canvas.Text).Alignment = fyne.TextAlignCenter
	}
	e.button = NewButton("", nil, func() { call(e.OnTapped) })
	e.button.Importance = widget.HighImportance
	e.second = NewButton("", nil, func() { call(e.OnSecondTapped) })
	e.setModel(model)
	e.ExtendBaseWidget(e)
	return e
}

// SetModel replaces the content.
func (e *EmptyState) SetModel(model EmptyModel) {
	e.setModel(model)
	e.Refresh()
}

func (e *EmptyState) setModel(model EmptyModel) {
	if model.Picture != e.picture.Resource {
		e.picture.Resource = model.Picture
		e.picture.Refresh()
	}
	draw.SetVisible(e.picture, model.Picture != nil)
	e.title.Set(model.Title, theme.ColorText)
	e.hint.Text, e.tooltip = model.Hint, model.Tooltip
	draw.SetVisible(e.lines, model.Hint != "")
	e.button.Text, e.button.Icon = model.Button, nil
	if model.Icon != "" {
		e.button.Icon = theme.Icon(model.Icon)
	}
	e.button.Refresh()
	draw.SetVisible(e.button, model.Button != "")
	e.second.SetText(model.Second)
	draw.SetVisible(e.second, model.Second != "")
}

// MouseIn implements [desktop.Hoverable].
func (e *EmptyState) MouseIn(at *desktop.MouseEvent) { e.MouseMoved(at) }

// MouseMoved shows the tooltip while the pointer is over the hint.
func (e *EmptyState) MouseMoved(at *desktop.MouseEvent) {
	place := at.Position.Subtract(e.lines.Position())
	size := e.lines.Size()
	inside := place.X >= 0 && place.Y >= 0 && place.X < size.Width && place.Y < size.Height
	if e.tooltip != "" && e.lines.Visible() && inside {
		e.Tooltips.ShowFor(e.lines, e.tooltip)
		return
	}
	e.MouseOut()
}

// MouseOut implements [desktop.Hoverable].
func (e *EmptyState) MouseOut() { e.Tooltips.HideFor(e.lines) }

// MinSize returns the width of the wider button, and a minimum height.
func (e *EmptyState) MinSize() fyne.Size {
	width := e.button.MinSize().Width
	if e.second.Visible() {
		width = max(width, e.second.MinSize().Width)
	}
	return fyne.NewSize(max(theme.Grid(60), width), theme.Grid(50))
}

// CreateRenderer implements [fyne.Widget].
func (e *EmptyState) CreateRenderer() fyne.WidgetRenderer {
	objects := []fyne.CanvasObject{e.picture, e.title.Object, e.lines, e.button, e.second}
	return draw.NewRenderer(draw.Renderer{Content: objects, Arrange: e.arrange, Minimum: e.MinSize, Repaint: e.restyle, Widget: e})
}

func (e *EmptyState) restyle() {
	e.title.Restyle()
	e.hint.Restyle()
}

// arrange centres the content. The picture is hidden if there is not enough height.
func (e *EmptyState) arrange(size fyne.Size) {
	width := min(size.Width-theme.Grid(12), theme.Grid(100))
	picture := fyne.NewSize(theme.Grid(60), theme.Grid(36))
	height := e.title.Height + e.button.MinSize().Height + theme.Grid(5) // without the picture
	if hint := e.hint.HeightAt(width); hint > 0 {
		height += hint + theme.Grid(1)
	}
	showPicture := e.picture.Resource != nil && size.Height > height+picture.Height+theme.Grid(10)
	draw.SetVisible(e.picture, showPicture)

	y := (size.Height - height) / 2
	if showPicture {
		y -= (picture.Height + theme.Grid(5)) / 2
		e.picture.Resize(picture)
		e.picture.Move(fyne.NewPos((size.Width-picture.Width)/2, y))
		y += picture.Height + theme.Grid(5)
	}
	x := (size.Width - width) / 2
	e.title.Place(fyne.NewPos(x, y), width)
	y += e.title.Height
	if hint := e.hint.Place(0, width); hint > 0 {
		y += theme.Grid(1)
		e.lines.Move(fyne.NewPos(x, y))
		e.lines.Resize(fyne.NewSize(width, hint))
		y += hint
	}
	e.arrangeButtons(size, y+theme.Grid(4))
}

// arrangeButtons places the buttons side by side, or one below the other where the width is
// not enough.
func (e *EmptyState) arrangeButtons(size fyne.Size, y float32) {
	row := []*Button{e.button}
	if e.second.Visible() {
		row = append(row, e.second)
	}
	if len(row) > 1 && e.rowWidth(row) > size.Width {
		y = e.arrangeRow(row[:1], size, y)
		row = row[1:]
	}
	e.arrangeRow(row, size, y)
}

func (e *EmptyState) rowWidth(row []*Button) float32 {
	width := theme.Grid(2) * float32(len(row)-1)
	for _, button := range row {
		width += buttonSize(button).Width
	}
	return width
}

// arrangeRow centres buttons at y, and returns where the next row begins.
func (e *EmptyState) arrangeRow(row []*Button, size fyne.Size, y float32) float32 {
	x := (size.Width - e.rowWidth(row)) / 2
	for _, button := range row {
		button.Resize(buttonSize(button))
		button.Move(fyne.NewPos(x, y))
		x += buttonSize(button).Width + theme.Grid(2)
	}
	return y + buttonSize(row[0]).Height + theme.Grid(2)
}

func buttonSize(button *Button) fyne.Size {
	return button.MinSize().AddWidthHeight(theme.Grid(4), 0)
}
