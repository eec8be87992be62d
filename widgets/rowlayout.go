package widgets

import (
	"slices"

	"fyne.io/fyne/v2"

	"github.com/ferryapp/ferry/widgets/draw"
	"github.com/ferryapp/ferry/widgets/theme"
)

// A row contains from left to right: an indentation by its depth; the chevron; the
// tile with the icon; the name above the status above the bar; the columns; the
// buttons. The columns have the same position in all rows, whatever buttons a row
// has, and are hidden one by one if the row is too narrow. Distances are in steps of
// the grid.
const (
	rowPadding   = 4.0  // between the edge and the content
	chevronWidth = 6.0  // also the indentation for each level of depth
	rowGap       = 3.0  // between parts beside each other
	buttonsWidth = 28.0 // reserved for the buttons, so that bars end at the same position
	minNameWidth = 44.0 // columns are hidden to keep this width for the name
)

// columnWidths are the widths of size, speed and ETA, enough for their longest
// texts, so that columns do not move.
var columnWidths = [...]float32{32, 21, 24}

func (r *Row) arrange(size fyne.Size) {
	if size.Width < r.MinSize().Width {
		return // no layout yet
	}
	inset := theme.Grid(1)
	r.background.Resize(fyne.NewSize(size.Width-2*inset, size.Height-2))
	r.background.Move(fyne.NewPos(inset, 1))

	left := r.arrangeTile(size)
	prominent := r.arrangeButtons(size)
	right := size.Width - theme.Grid(rowPadding) - max(theme.Grid(buttonsWidth), prominent) - theme.Grid(rowGap)
	r.separator.Resize(fyne.NewSize(size.Width-left-theme.Grid(rowPadding), 1))
	r.separator.Move(fyne.NewPos(left, size.Height-1))
	r.arrangeText(left, right, size)
	r.updateTooltip()
}

// arrangeTile places chevron, tile and icon, and returns the left edge of the text.
func (r *Row) arrangeTile(size fyne.Size) float32 {
	tile := theme.Size(theme.SizeTile)
	at := fyne.NewPos(theme.Grid(1+chevronWidth*float32(1+r.model.Depth)), draw.Snap((size.Height-tile)/2))
	r.arrangeChevron(at.X, size)
	r.tile.Resize(fyne.NewSquareSize(tile))
	r.tile.Move(at)
	r.icon.Place(at.AddXY(tile/2, tile/2), theme.Size(theme.SizeIcon))
	return at.X + tile + theme.Grid(rowGap)
}

// arrangeChevron places the chevron, which ends at right.
func (r *Row) arrangeChevron(right float32, size fyne.Size) {
	draw.SetVisible(r.chevron, r.model.Fold != FoldNone)
	width, height := theme.Grid(chevronWidth), theme.Grid(8)
	r.chevron.Resize(fyne.NewSize(width, height))
	r.chevron.Move(fyne.NewPos(right-width, draw.Snap((size.Height-height)/2)))
	icon := theme.IconChevronRight
	if r.model.Fold == FoldOpen {
		icon = theme.IconChevronDown
	}
	r.chevron.set(Action{Icon: icon}, r.pointerOver(r.chevron))
}

// arrangeText places name, status, bar and columns between left and right.
func (r *Row) arrangeText(left, right float32, size fyne.Size) {
	nameHeight, statusHeight := r.name.Height, r.status.Height
	top := (size.Height - nameHeight - statusHeight) / 2
	if r.model.ShowBar {
		top -= theme.Grid(1)
	}
	top = draw.Snap(top)
	nameEnd := r.arrangeColumns(left, right, top+(nameHeight-statusHeight)/2)
	r.name.Place(fyne.NewPos(left, top), nameEnd-left)

	iconSize := theme.Size(theme.SizeMark)
	statusLeft := left
	if r.model.StatusIcon != "" {
		r.statusIcon.Place(fyne.NewPos(left+iconSize/2, top+nameHeight+statusHeight/2+1), iconSize)
		statusLeft += iconSize + theme.Grid(1.25)
	}
	r.status.Place(fyne.NewPos(statusLeft, top+nameHeight), right-statusLeft)

	barHeight := theme.Size(theme.SizeBar)
	r.bar.Resize(fyne.NewSize(r.columnsEnd()-left, barHeight))
	r.bar.Move(fyne.NewPos(left, size.Height-theme.Grid(2)-barHeight))
}

// columnsEnd returns the right edge of columns and bar, which is the same for all
// rows of a list.
func (r *Row) columnsEnd() float32 {
	return r.Size().Width - theme.Grid(rowPadding+buttonsWidth+rowGap)
}

// arrangeColumns places the columns that fit, from right to left, and returns the
// right edge of the name.
func (r *Row) arrangeColumns(left, right, top float32) float32 {
	end := r.columnsEnd()
	nameEnd := right
	count := columnsIn(end - left)
	for i := len(columnWidths) - 1; i >= 0; i-- {
		width := theme.Grid(columnWidths[i])
		column := r.columns[i]
		visible := i < count && column.FullText != "" && end <= right+theme.Grid(rowGap)
		draw.SetVisible(column.Object, visible)
		if visible {
			column.Place(fyne.NewPos(end-width, top), width)
			nameEnd = min(nameEnd, end-width-theme.Grid(rowGap))
		}
		if i < count {
			end -= width
		}
	}
	return nameEnd
}

// columnsIn returns the number of columns that fit into a width beside the name.
func columnsIn(width float32) int {
	width -= theme.Grid(minNameWidth)
	for i, columnWidth := range columnWidths {
		width -= theme.Grid(columnWidth)
		if width < 0 {
			return i
		}
	}
	return len(columnWidths)
}

// arrangeButtons places the buttons of the actions and returns the width that
// prominent ones need.
func (r *Row) arrangeButtons(size fyne.Size) float32 {
	r.setButtonCount(len(r.model.Actions))
	showAll := r.state.Hovered || r.state.Selected || r.state.Cursor
	x := size.Width - theme.Grid(rowPadding)
	if last := len(r.model.Actions) - 1; last >= 0 && !r.model.Actions[last].Prominent {
		x += theme.Grid(1) // aligns the icon, not the button, with the edge
	}
	hasProminent := false
	for i, action := range slices.Backward(r.model.Actions) {
		button := r.buttons[i]
		draw.SetVisible(button, showAll || action.Prominent)
		button.set(action, r.pointerOver(button))
		buttonSize := button.MinSize()
		x -= buttonSize.Width
		button.Resize(buttonSize)
		button.Move(fyne.NewPos(x, draw.Snap((size.Height-buttonSize.Height)/2)))
		if action.Prominent {
			x -= theme.Grid(1)
			hasProminent = true
		}
	}
	if !hasProminent {
		return 0
	}
	return size.Width - theme.Grid(rowPadding) - x
}

// setButtonCount creates missing buttons and hides those that are not needed.
func (r *Row) setButtonCount(count int) {
	for len(r.buttons) < count {
		button := newRowButton(r.prepareAction)
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
		if l.Object.Text != l.FullText && r.pointerOver(l.Object) {
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
