package widgets

import (
	"slices"

	"fyne.io/fyne/v2"

	"github.com/ferryapp/ferry/widgets/draw"
	"github.com/ferryapp/ferry/widgets/theme"
)

// A row contains from left to right: an indentation by its depth; the chevron; the
// tile with the icon; the name above the status; the columns. The bar is below them. In a
// compact theme the row is one line, with the status between name and columns, and over those
// that are empty.
//
// The columns have the same position in all rows, and are hidden one by one, the last one
// first, if the row is too narrow. Buttons lie above the right end of the row while the
// pointer is over it or it is the cursor, and hide the columns there; prominent ones are
// always visible. Distances are in steps of the grid.
const (
	rowPadding     = 4.0  // between the edge and the content
	chevronWidth   = 6.0  // also the indentation for each level of depth
	rowGap         = 3.0  // between parts beside each other
	minNameWidth   = 44.0 // columns are hidden to keep this width for the name
	minStatusWidth = 36.0 // of a compact row; with less space only the icon is shown
)

// rowStyle is how the rows of a list are laid out.
type rowStyle struct {
	chevrons bool // there is room for the chevron
	// columns are the widths of percent, size, speed and ETA, enough for their longest
	// texts, so that columns do not move.
	columns [4]float32
}

var (
	progressStyle = rowStyle{chevrons: true, columns: [...]float32{13, 32, 21, 27}}
	entryStyle    = rowStyle{columns: [...]float32{0, 21, 0, 0}} // of a list without progress and batches
)

// gutter is the width left of the tile of a row that is in no other row.
func (s rowStyle) gutter() float32 {
	if s.chevrons {
		return 1 + chevronWidth
	}
	return rowPadding
}

// textLeft returns the left edge of the text of a row that is in no other row.
func (s rowStyle) textLeft() float32 {
	return theme.Grid(s.gutter()) + theme.Size(theme.SizeTile) + theme.Grid(rowGap)
}

// columnsIn returns the number of columns that fit into a width beside the name.
func (s rowStyle) columnsIn(width float32) int {
	width -= theme.Grid(minNameWidth)
	for i, columnWidth := range s.columns {
		width -= theme.Grid(columnWidth)
		if width < 0 {
			return i
		}
	}
	return len(s.columns)
}

// nameShare is the part of the space left of the columns that the name has in a compact row.
const nameShare = 0.55

func (r *Row) arrange(size fyne.Size) {
	if size.Width < r.MinSize().Width {
		return // no layout yet
	}
	inset := theme.Grid(1)
	r.background.Resize(fyne.NewSize(size.Width-2*inset, size.Height-2))
	r.background.Move(fyne.NewPos(inset, 1))
	r.mark.Resize(fyne.NewSize(theme.Grid(1), size.Height-2-theme.Grid(4)))
	r.mark.Move(fyne.NewPos(inset+1, 1+theme.Grid(2)))

	left := r.arrangeTile(size)
	free := r.arrangeButtons(size)
	r.separator.Resize(fyne.NewSize(size.Width-left-theme.Grid(rowPadding), 1))
	r.separator.Move(fyne.NewPos(left, size.Height-1))
	if theme.IsCompact() {
		r.arrangeLine(left, free, size)
	} else {
		r.arrangeText(left, free, size)
	}
	r.updateTooltip()
}

// arrangeTile places chevron, tile and icon, and returns the left edge of the text.
func (r *Row) arrangeTile(size fyne.Size) float32 {
	tile := theme.Size(theme.SizeTile)
	at := fyne.NewPos(theme.Grid(r.style.gutter()+chevronWidth*float32(r.model.Depth)), draw.Snap((size.Height-tile)/2))
	r.arrangeChevron(at.X, size)
	draw.SetVisible(r.tile, !theme.IsCompact())
	r.tile.Resize(fyne.NewSquareSize(tile))
	r.tile.Move(at)
	r.picture.Resize(fyne.NewSquareSize(tile))
	r.picture.Move(at)
	r.icon.Place(at.AddXY(tile/2, tile/2), theme.Size(theme.SizeIcon))
	return at.X + tile + theme.Grid(rowGap)
}

// arrangeChevron places the chevron, which ends at right.
func (r *Row) arrangeChevron(right float32, size fyne.Size) {
	draw.SetVisible(r.chevron, r.model.Fold != FoldNone)
	width, height := theme.Grid(chevronWidth), min(theme.Grid(8), size.Height-2)
	r.chevron.Resize(fyne.NewSize(width, height))
	r.chevron.Move(fyne.NewPos(right-width, draw.Snap((size.Height-height)/2)))
	icon := theme.IconChevronRight
	if r.model.Fold == FoldOpen {
		icon = theme.IconChevronDown
	}
	r.chevron.set(Action{Icon: icon}, r.pointerOver(r.chevron), r.aimed)
}

// arrangeText places name, status, bar and columns. What ends right of free is below the
// buttons.
func (r *Row) arrangeText(left, free float32, size fyne.Size) {
	nameHeight, statusHeight := r.name.Height, r.status.Height
	top := (size.Height - nameHeight - statusHeight) / 2
	if r.model.ShowBar {
		top -= theme.Grid(1)
	}
	top = draw.Snap(top)
	nameEnd := r.arrangeColumns(free, top+(nameHeight-statusHeight)/2, size)
	r.name.Place(fyne.NewPos(left, top), nameEnd-left)

	draw.SetVisible(r.status.Object, true)
	statusLeft := r.arrangeStatusIcon(left, top+nameHeight+statusHeight/2+1)
	r.status.Place(fyne.NewPos(statusLeft, top+nameHeight), free-statusLeft)
	r.arrangeBar(left, size, theme.Grid(2))
}

// arrangeLine is arrangeText for a compact row.
func (r *Row) arrangeLine(left, free float32, size fyne.Size) {
	columns := r.columnsLeft(size)
	middle := size.Height / 2
	end := r.arrangeColumns(free, draw.Snap(middle-r.status.Height/2), size)

	statusLeft := draw.Snap(r.style.textLeft() + nameShare*(columns-r.style.textLeft()))
	enough := theme.Grid(minStatusWidth)
	alwaysText := columns-statusLeft >= enough
	if !alwaysText {
		statusLeft = columns - theme.Grid(rowGap) - theme.Size(theme.SizeMark)
	}
	nameEnd := min(statusLeft-theme.Grid(rowGap), free)
	r.name.Place(fyne.NewPos(left, draw.Snap(middle-r.name.Height/2)), nameEnd-left)
	textAt := r.arrangeStatusIcon(statusLeft, middle)
	draw.SetVisible(r.status.Object, alwaysText && end > textAt || end-textAt >= enough)
	r.status.Place(fyne.NewPos(textAt, draw.Snap(middle-r.status.Height/2)), max(end-textAt, 0))
	r.arrangeBar(left, size, theme.Grid(0.5))
}

// arrangeStatusIcon places the icon at a left edge and a middle, and returns the left edge of
// the text beside it.
func (r *Row) arrangeStatusIcon(left, middle float32) float32 {
	if r.model.StatusIcon == "" {
		return left
	}
	iconSize := theme.Size(theme.SizeMark)
	r.statusIcon.Place(fyne.NewPos(left+iconSize/2, middle), iconSize)
	return left + iconSize + theme.Grid(1.25)
}

// arrangeBar places the bar, which ends at the same position in all rows.
func (r *Row) arrangeBar(left float32, size fyne.Size, bottom float32) {
	height := theme.Size(theme.SizeBar)
	r.bar.Resize(fyne.NewSize(size.Width-theme.Grid(rowPadding)-left, height))
	r.bar.Move(fyne.NewPos(left, size.Height-bottom-height))
}

// columnsLeft returns the left edge of the columns that fit.
func (r *Row) columnsLeft(size fyne.Size) float32 {
	left := size.Width - theme.Grid(rowPadding)
	for _, width := range r.style.columns[:r.style.columnsIn(left-r.style.textLeft())] {
		left -= theme.Grid(width)
	}
	return left
}

// arrangeColumns places the columns that fit, from right to left, and returns the
// right edge of the name. Columns that end right of free are hidden.
func (r *Row) arrangeColumns(free, top float32, size fyne.Size) float32 {
	end := size.Width - theme.Grid(rowPadding)
	nameEnd := min(end, free)
	count := r.style.columnsIn(end - r.style.textLeft())
	for i := len(r.style.columns) - 1; i >= 0; i-- {
		width := theme.Grid(r.style.columns[i])
		column := r.columns[i]
		used := i < count && column.FullText != ""
		draw.SetVisible(column.Object, used && end <= free)
		if used {
			column.Place(fyne.NewPos(end-width, top), width)
			nameEnd = min(nameEnd, end-width-theme.Grid(rowGap))
		}
		if i < count {
			end -= width
		}
	}
	return nameEnd
}

// arrangeButtons places the buttons of the actions, and returns the right edge of the space
// that visible ones leave.
func (r *Row) arrangeButtons(size fyne.Size) (free float32) {
	r.setButtonCount(len(r.model.Actions))
	showAll := r.state.Hovered || r.state.Cursor
	right := size.Width - theme.Grid(rowPadding)
	x, free := right, right
	if last := len(r.model.Actions) - 1; last >= 0 && !r.model.Actions[last].Prominent {
		x += theme.Grid(1) // aligns the icon, not the button, with the edge
	}
	for i, action := range slices.Backward(r.model.Actions) {
		button := r.buttons[i]
		visible := showAll || action.Prominent
		draw.SetVisible(button, visible)
		button.set(action, r.pointerOver(button), r.aimed)
		buttonSize := button.MinSize()
		if height := size.Height - 2; buttonSize.Height > height {
			buttonSize.Height = height
		}
		x -= buttonSize.Width
		button.Resize(buttonSize)
		button.Move(fyne.NewPos(x, draw.Snap((size.Height-buttonSize.Height)/2)))
		if action.Prominent {
			x -= theme.Grid(1)
		}
		if visible {
			free = x - theme.Grid(1)
		}
	}
	return free
}

// setButtonCount creates missing buttons and hides those that are not needed.
func (r *Row) setButtonCount(count int) {
	for len(r.buttons) < count {
		button := newRowButton(r.prepareAction, r.time)
		r.buttons = append(r.buttons, button)
		r.buttonContainer.Objects = append(r.buttonContainer.Objects, button)
	}
	for _, unused := range r.buttons[count:] {
		draw.SetVisible(unused, false)
	}
	r.buttonContainer.Resize(r.Size())
}

// updateTooltip requests the tooltip of the object below the pointer. That of a button is
// closed when the button goes or changes its action.
func (r *Row) updateTooltip() {
	target, text := r.tooltip()
	action := ""
	if button, ok := target.(*rowButton); ok {
		action = button.action.ID
	}
	if r.tooltipTarget != nil && (target != r.tooltipTarget || action != r.tooltipAction) {
		r.Tooltips.HideFor(r.tooltipTarget)
	}
	r.tooltipTarget, r.tooltipAction = target, action
	if target != nil {
		r.Tooltips.ShowFor(target, text)
	}
}

// tooltip returns the object below the pointer that has a tooltip: a button without
// text, or a shortened text. It returns nil if there is none.
func (r *Row) tooltip() (target fyne.CanvasObject, text string) {
	for _, button := range r.buttons {
		if r.pointerOver(button) {
			if button.action.Prominent {
				return nil, ""
			}
			return button, button.action.Label
		}
	}
	if hint := r.model.StatusHint; hint != "" && r.pointerOver(r.status.Object) {
		return r.status.Object, r.status.FullText + "\n" + hint
	}
	for _, l := range []*draw.Label{r.name, r.status} {
		if l.Shortened() && r.pointerOver(l.Object) {
			return l.Object, l.FullText
		}
	}
	return nil, ""
}

// pointerOver reports whether the pointer is over a visible object of the row.
func (r *Row) pointerOver(object fyne.CanvasObject) bool {
	if !r.state.Hovered || !object.Visible() {
		return false
	}
	at := r.state.Pointer.Subtract(object.Position())
	return at.X >= 0 && at.Y >= 0 && at.X < object.Size().Width && at.Y < object.Size().Height
}
