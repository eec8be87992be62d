package widgets

import (
	"slices"

	"fyne.io/fyne/v2"

	"github.com/ferryapp/ferry/widgets/draw"
	"github.com/ferryapp/ferry/widgets/theme"
)

// A row, from left to right: the room of a chevron, further in for what is inside
// of another row; the tile with the icon; the name over the state in
// words over the bar; the columns of numbers; the buttons. The columns keep
// their places from row to row, whatever the buttons are, and leave one after
// the other when the row is narrow. Distances are in steps of the grid.
const (
	edge         = 4.0  // from the border to what is inside
	fold         = 6.0  // of a chevron, and how much further in a row begins that is inside of another
	gap          = 3.0  // between what stands side by side
	reservedSide = 28.0 // kept for the buttons at the right, shown or not, so that all bars end at one place
	leastName    = 44.0 // the columns leave when the name has less
)

// columnWidths are the rooms for size, speed and time left, wide enough for
// their longest words, so that nothing moves when the digits change.
var columnWidths = [...]float32{32, 21, 24}

func (r *Row) arrange(size fyne.Size) {
	if least := r.MinSize(); size.Width < least.Width {
		return // not laid out yet
	}
	inset := theme.Grid(1)
	r.back.Resize(fyne.NewSize(size.Width-2*inset, size.Height-2))
	r.back.Move(fyne.NewPos(inset, 1))

	left := r.arrangeTile(size)
	buttons := r.arrangeButtons(size)
	right := size.Width - theme.Grid(edge) - max(theme.Grid(reservedSide), buttons) - theme.Grid(gap)
	r.line.Resize(fyne.NewSize(size.Width-left-theme.Grid(edge), 1))
	r.line.Move(fyne.NewPos(left, size.Height-1))
	r.arrangeText(left, right, size)
	r.explain()
}

// arrangeTile places the icon and returns where the text begins.
func (r *Row) arrangeTile(size fyne.Size) float32 {
	tile := theme.Size(theme.SizeTile)
	at := fyne.NewPos(theme.Grid(1+fold*float32(1+r.model.Depth)), draw.Snap((size.Height-tile)/2))
	r.arrangeChevron(at.X, size)
	r.tile.Resize(fyne.NewSquareSize(tile))
	r.tile.Move(at)
	r.icon.Place(at.AddXY(tile/2, tile/2), theme.Size(theme.SizeIcon))
	return at.X + tile + theme.Grid(gap)
}

// arrangeChevron places what opens the row before the tile.
func (r *Row) arrangeChevron(right float32, size fyne.Size) {
	draw.SetVisible(r.chevron, r.model.Fold != FoldNone)
	width, height := theme.Grid(fold), theme.Grid(8)
	r.chevron.Resize(fyne.NewSize(width, height))
	r.chevron.Move(fyne.NewPos(right-width, draw.Snap((size.Height-height)/2)))
	icon := theme.IconChevronRight
	if r.model.Fold == FoldOpen {
		icon = theme.IconChevronDown
	}
	r.chevron.set(Action{Icon: icon}, r.state.Hovered && r.chevron.Visible() && r.pointsAt(r.chevron))
}

// arrangeText places name, state, bar and numbers between left and right.
func (r *Row) arrangeText(left, right float32, size fyne.Size) {
	nameHeight, detailHeight := r.name.Height, r.detail.Height
	top := (size.Height - nameHeight - detailHeight) / 2
	if r.model.ShowBar {
		top -= theme.Grid(1)
	}
	top = draw.Snap(top)
	columns := r.arrangeColumns(left, right, top+(nameHeight-detailHeight)/2)
	r.name.Place(fyne.NewPos(left, top), columns-left)

	mark := theme.Size(theme.SizeMark)
	words := left
	if r.model.Glyph != "" {
		r.glyph.Place(fyne.NewPos(left+mark/2, top+nameHeight+detailHeight/2+1), mark)
		words += mark + theme.Grid(1.25)
	}
	r.detail.Place(fyne.NewPos(words, top+nameHeight), right-words)

	height, end := theme.Size(theme.SizeBar), r.columnsEnd()
	r.bar.Resize(fyne.NewSize(end-left, height))
	r.bar.Move(fyne.NewPos(left, size.Height-theme.Grid(2)-height))
}

// columnsEnd is where the columns and the bar end, in every row.
func (r *Row) columnsEnd() float32 {
	return r.Size().Width - theme.Grid(edge+reservedSide+gap)
}

// arrangeColumns places the columns that have room, right to left, and returns
// where the name has to end. Places are counted from the row's own edge, not
// from its buttons, so that columns stand under each other.
func (r *Row) arrangeColumns(left, right, top float32) float32 {
	end := r.columnsEnd()
	used := right
	shown := columnsIn(end - left)
	for i := len(columnWidths) - 1; i >= 0; i-- {
		width := theme.Grid(columnWidths[i])
		column := r.columns[i]
		show := i < shown && column.FullText != "" && end <= right+theme.Grid(gap)
		draw.SetVisible(column.Object, show)
		if show {
			column.Place(fyne.NewPos(end-width, top), width)
			used = min(used, end-width-theme.Grid(gap))
		}
		if i < shown {
			end -= width
		}
	}
	return used
}

// columnsIn is how many columns have a place beside a name that can be read.
func columnsIn(room float32) int {
	room -= theme.Grid(leastName)
	for i, width := range columnWidths {
		room -= theme.Grid(width)
		if room < 0 {
			return i
		}
	}
	return len(columnWidths)
}

// arrangeButtons places the buttons that are shown now and returns the room
// that is kept for them at all times.
func (r *Row) arrangeButtons(size fyne.Size) float32 {
	r.provideButtons(len(r.model.Actions))
	awake := r.state.Hovered || r.state.Selected || r.state.Cursor
	x := size.Width - theme.Grid(edge)
	if last := len(r.model.Actions) - 1; last >= 0 && !r.model.Actions[last].Prominent {
		x += theme.Grid(1) // so that the icon, not the ground around it, ends at the edge
	}
	lasting := false
	for i, action := range slices.Backward(r.model.Actions) {
		button := r.buttons[i]
		draw.SetVisible(button, awake || action.Prominent)
		button.set(action, r.state.Hovered && button.Visible() && r.pointsAt(button))
		least := button.MinSize()
		x -= least.Width
		button.Resize(least)
		button.Move(fyne.NewPos(x, draw.Snap((size.Height-least.Height)/2)))
		if action.Prominent {
			x -= theme.Grid(1)
			lasting = true
		}
	}
	if !lasting {
		return 0
	}
	return size.Width - theme.Grid(edge) - x
}

// explain says what is under the pointer, when that does not say all of it itself:
// a button without words, or words that are shortened.
func (r *Row) explain() {
	about, text := r.unclear()
	if about == r.pointed {
		return
	}
	if r.pointed != nil {
		r.Hints.Leave(r.pointed)
	}
	r.pointed = about
	if about != nil {
		r.Hints.Explain(about, text)
	}
}

func (r *Row) unclear() (about fyne.CanvasObject, text string) {
	if !r.state.Hovered {
		return nil, ""
	}
	for _, button := range r.buttons {
		if button.Visible() && r.pointsAt(button) {
			if button.action.Prominent {
				return nil, ""
			}
			return button, button.action.Label
		}
	}
	for _, l := range []*draw.Label{r.name, r.detail} {
		if l.Object.Text != l.FullText && r.pointsAt(l.Object) {
			return l.Object, l.FullText
		}
	}
	return nil, ""
}

func (r *Row) pointsAt(object fyne.CanvasObject) bool {
	at := r.state.Pointer.Subtract(object.Position())
	return at.X >= 0 && at.Y >= 0 && at.X < object.Size().Width && at.Y < object.Size().Height
}

// provideButtons makes as many buttons as there are actions and hides the rest.
func (r *Row) provideButtons(count int) {
	for len(r.buttons) < count {
		button := newRowButton(r.act)
		r.buttons = append(r.buttons, button)
		r.container.Objects = append(r.container.Objects, button)
	}
	for _, spare := range r.buttons[count:] {
		draw.SetVisible(spare, false)
	}
	r.container.Resize(r.Size())
}
