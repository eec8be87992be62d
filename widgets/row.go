package widgets

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	fynetheme "fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/ferryapp/ferry/widgets/draw"
	"github.com/ferryapp/ferry/widgets/list"
	"github.com/ferryapp/ferry/widgets/theme"
)

// Row shows the name, status and progress of an item. It is a row of a
// [list.View].
type Row struct {
	widget.BaseWidget

	// OnAction is called with the ID of an action when its button is tapped.
	OnAction func(id string)

	// OnToggle is called when the chevron is tapped.
	OnToggle func()

	// Tooltips shows the labels of buttons without text, and the full form of
	// shortened texts. It may be nil.
	Tooltips *Tooltips

	style         rowStyle
	model         RowModel
	state         list.RowState
	aimed         bool              // the last change was a movement of the pointer
	now           func() time.Time  // of the buttons
	tooltipTarget fyne.CanvasObject // the object whose tooltip was requested, or nil
	tooltipAction string            // the ID of its action, if it is a button

	background      *canvas.Rectangle
	mark            *canvas.Rectangle // at the left edge of a marked row
	separator       *canvas.Rectangle
	tile            *canvas.Rectangle
	icon            *draw.Icon
	picture         *canvas.Image
	name            *draw.Label
	statusIcon      *draw.Icon
	status          *draw.Label
	columns         [4]*draw.Label // percent, size, speed, ETA
	bar             *Bar
	chevron         *rowButton
	buttons         []*rowButton // one for every action, then hidden ones for reuse
	buttonContainer *fyne.Container
}

var _ list.Stateful = (*Row)(nil)

// NewRow returns an empty row.
func NewRow() *Row { return newRow(progressStyle) }

// NewEntryRow returns an empty row for a list without progress and batches: of the columns it
// has the size only, and there is no room for a chevron.
func NewEntryRow() *Row { return newRow(entryStyle) }

func newRow(style rowStyle) *Row {
	r := &Row{
		style:           style,
		background:      &canvas.Rectangle{},
		mark:            &canvas.Rectangle{},
		separator:       &canvas.Rectangle{},
		tile:            &canvas.Rectangle{},
		icon:            draw.NewIcon(),
		picture:         &canvas.Image{FillMode: canvas.ImageFillContain},
		name:            draw.NewLabel(draw.SizeText, theme.ColorText),
		statusIcon:      draw.NewIcon(),
		status:          draw.NewLabel(draw.SizeCaption, theme.ColorMuted),
		bar:             NewBar(),
		buttonContainer: &fyne.Container{},
		now:             time.Now,
	}
	r.name.Shorten = draw.EllipsisMiddle
	r.chevron = newRowButton(func(string) func() {
		toggle := r.OnToggle
		return func() { call(toggle) }
	}, r.time)
	r.chevron.Hide()
	for i := range r.columns {
		r.columns[i] = draw.NewLabel(draw.SizeCaption, theme.ColorMuted)
		r.columns[i].Object.Alignment = fyne.TextAlignTrailing
	}
	r.bar.Hide()
	r.picture.Hide()
	r.paint()
	r.ExtendBaseWidget(r)
	return r
}

// SetModel replaces the content. It does nothing if the model is equal to the
// current one.
func (r *Row) SetModel(model RowModel) {
	if model.Equal(r.model) {
		return
	}
	remarked := model.Marked != r.model.Marked
	r.model = model
	if remarked {
		r.paintBackground()
		canvas.Refresh(r.background)
	}
	r.setPicture()
	r.name.Set(model.Name, theme.ColorText)
	r.statusIcon.Set(model.StatusIcon, model.Tone.Color())
	r.status.Set(model.Status, model.Tone.Color())
	for i, text := range []string{model.Percent, model.Size, model.Speed, model.ETA} {
		r.columns[i].Set(text, theme.ColorMuted)
	}
	draw.SetVisible(r.bar, model.ShowBar)
	r.aimed = false
	r.arrange(r.Size())
	r.bar.Set(model.Acked, model.Sent, model.BarTone)
}

// setPicture shows the picture of the model, or its icon.
func (r *Row) setPicture() {
	if r.model.Picture == nil {
		r.icon.Set(r.model.Icon, theme.ColorMuted)
	} else {
		r.icon.Set("", theme.ColorMuted)
	}
	draw.SetVisible(r.picture, r.model.Picture != nil)
	if r.picture.Image != r.model.Picture {
		r.picture.Image = r.model.Picture
		r.picture.Refresh()
	}
}

// SetState implements [list.Stateful].
func (r *Row) SetState(state list.RowState) {
	if state == r.state {
		return
	}
	repaint := state.Selected != r.state.Selected || state.Cursor != r.state.Cursor || state.Hovered != r.state.Hovered
	r.aimed = !state.Resting && (state.Pointer != r.state.Pointer || !r.state.Hovered)
	r.state = state
	if repaint {
		r.paintBackground()
		r.background.Refresh()
	}
	r.arrange(r.Size())
}

// prepareAction returns what a tap on the button of an action does. It calls the present
// OnAction, also if the row shows another item by then.
func (r *Row) prepareAction(id string) (do func()) {
	act := r.OnAction
	return func() {
		r.Tooltips.Dismiss()
		if act != nil {
			act(id)
		}
	}
}

func (r *Row) time() time.Time { return r.now() }

// MinSize returns the height of all rows, and a minimum width.
func (r *Row) MinSize() fyne.Size {
	return fyne.NewSize(theme.Grid(60), theme.Size(theme.SizeRow))
}

// CreateRenderer implements [fyne.Widget].
func (r *Row) CreateRenderer() fyne.WidgetRenderer {
	objects := []fyne.CanvasObject{r.background, r.mark, r.separator, r.tile, r.icon.Object, r.picture, r.name.Object, r.statusIcon.Object, r.status.Object}
	for _, column := range r.columns {
		objects = append(objects, column.Object)
	}
	objects = append(objects, r.bar, r.chevron, r.buttonContainer)
	return draw.NewRenderer(draw.Renderer{Content: objects, Arrange: r.arrange, Minimum: r.MinSize, Repaint: r.paint, Widget: r})
}

func (r *Row) paint() {
	for _, l := range append([]*draw.Label{r.name, r.status}, r.columns[:]...) {
		l.Restyle()
	}
	r.separator.FillColor = theme.Color(fynetheme.ColorNameSeparator)
	r.tile.FillColor = theme.Color(theme.ColorTile)
	r.tile.CornerRadius, r.picture.CornerRadius = theme.Grid(2), theme.Grid(2)
	r.paintBackground()
	for _, object := range []fyne.CanvasObject{r.icon.Object, r.statusIcon.Object, r.bar} {
		object.Refresh()
	}
	for _, button := range append([]*rowButton{r.chevron}, r.buttons...) {
		button.Refresh()
	}
}

func (r *Row) paintBackground() {
	b := r.background
	b.CornerRadius = theme.Grid(2)
	b.FillColor, b.StrokeColor, b.StrokeWidth = nil, nil, 0
	r.mark.FillColor = theme.Color(theme.ColorAccent)
	r.mark.CornerRadius = theme.Grid(0.5)
	draw.SetVisible(r.mark, r.model.Marked)
	if r.model.Marked {
		b.FillColor = theme.Color(theme.ColorAccentSoft)
	}
	if r.state.Hovered {
		b.FillColor = theme.Color(fynetheme.ColorNameHover)
	}
	if r.state.Selected {
		b.FillColor = theme.Color(fynetheme.ColorNameSelection)
	}
	if r.state.Cursor {
		b.StrokeColor, b.StrokeWidth = theme.Color(theme.ColorAccent), 1.5
	}
}
