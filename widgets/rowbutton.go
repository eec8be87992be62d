package widgets

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	fynetheme "fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/ferryapp/ferry/widgets/draw"
	"github.com/ferryapp/ferry/widgets/theme"
)

// changeGrace is how long the user cannot have seen a change below the pointer. A press on a
// button whose action has changed still means the earlier action, and one on a button that
// came below the pointer, which was at rest, means nothing.
const changeGrace = 500 * time.Millisecond

// rowButton is a button in a row. It does not implement desktop.Hoverable, because
// the list would receive MouseOut while the pointer is over it. The row sets its
// hovered state.
//
// A tap does what the button showed when the mouse button was pressed. The second press of a
// double click does nothing.
type rowButton struct {
	widget.BaseWidget
	action  Action
	hovered bool
	prepare func(id string) (do func()) // returns what a tap does in the present state of the row
	now     func() time.Time

	pressed   func() // what the tap does; nil before the mouse button is pressed
	earlier   func() // what a tap did before the action changed below the pointer; nil if it did not
	changedAt time.Time
	pressedAt time.Time // of the last press; zero for none
	cameAt    time.Time // when the button came below the pointer at rest; zero if the pointer was moved to it
	blindAt   time.Time // of the last press without the pointer having moved to the button; zero for none

	background *canvas.Rectangle
	icon       *draw.Icon
	text       *draw.Label
}

var _ desktop.Mouseable = (*rowButton)(nil)

func newRowButton(prepare func(id string) (do func()), now func() time.Time) *rowButton {
	b := &rowButton{
		prepare:    prepare,
		now:        now,
		background: &canvas.Rectangle{},
		icon:       draw.NewIcon(),
		text:       draw.NewLabel(draw.SizeCaption, theme.ColorAccent),
	}
	b.paint()
	b.ExtendBaseWidget(b)
	return b
}

// MouseDown implements [desktop.Mouseable].
func (b *rowButton) MouseDown(e *desktop.MouseEvent) {
	if e.Button != desktop.MouseButtonPrimary {
		return
	}
	now := b.now()
	switch {
	case !b.hovered && b.isBlind(now):
		b.pressed = func() {}
	case now.Sub(b.pressedAt) <= fyne.CurrentApp().Driver().DoubleTapDelay(), now.Sub(b.cameAt) < changeGrace:
		b.pressed = func() {}
	case b.earlier != nil && now.Sub(b.changedAt) < changeGrace:
		b.pressed = b.earlier
	default:
		b.pressed = b.prepare(b.action.ID)
	}
	b.pressedAt = now
}

// isBlind reports whether a press means what was above the button until now, such as the button
// of a message that the first click of a double click has closed. A later press means the
// button.
func (b *rowButton) isBlind(now time.Time) bool {
	last := b.blindAt
	b.blindAt = now
	return last.IsZero() || now.Sub(last) < changeGrace
}

// MouseUp implements [desktop.Mouseable].
func (b *rowButton) MouseUp(*desktop.MouseEvent) {}

// Tapped implements [fyne.Tappable].
func (b *rowButton) Tapped(*fyne.PointEvent) {
	do := b.pressed
	b.pressed = nil
	if do == nil {
		do = b.prepare(b.action.ID)
	}
	do()
}

// set changes the action, and whether the pointer is over the button. Aimed is whether the
// user has moved the pointer there.
func (b *rowButton) set(action Action, hovered, aimed bool) {
	switch {
	case !hovered:
		b.cameAt, b.pressedAt = time.Time{}, time.Time{} // the object may be that of another row next
	case aimed:
		b.cameAt, b.blindAt = time.Time{}, time.Time{}
	case !b.hovered:
		b.cameAt = b.now()
	}
	if action == b.action && hovered == b.hovered {
		return
	}
	switch {
	case !hovered:
		b.earlier = nil
	case b.hovered && action.ID != b.action.ID:
		b.earlier, b.changedAt = b.prepare(b.action.ID), b.now()
	}
	b.action, b.hovered = action, hovered
	b.Refresh()
}

// MinSize returns the size of the label, or of the icon if the action is not
// prominent.
func (b *rowButton) MinSize() fyne.Size {
	if !b.action.Prominent {
		return fyne.NewSquareSize(theme.Grid(8))
	}
	return fyne.NewSize(draw.Snap(b.textWidth()+theme.Grid(6)), theme.Grid(7.5))
}

func (b *rowButton) textWidth() float32 {
	return fyne.MeasureText(b.action.Label, theme.Size(draw.SizeCaption), fyne.TextStyle{}).Width + 1
}

// CreateRenderer implements [fyne.Widget].
func (b *rowButton) CreateRenderer() fyne.WidgetRenderer {
	objects := []fyne.CanvasObject{b.background, b.icon.Object, b.text.Object}
	return draw.NewRenderer(draw.Renderer{Content: objects, Arrange: b.arrange, Minimum: b.MinSize, Repaint: b.paint, Widget: b})
}

func (b *rowButton) arrange(size fyne.Size) {
	b.background.Resize(size)
	if b.action.Prominent {
		width := b.textWidth()
		b.text.Place(fyne.NewPos((size.Width-width)/2, (size.Height-b.text.Height)/2), width)
		return
	}
	b.icon.Place(fyne.NewPos(size.Width/2, size.Height/2), theme.Size(theme.SizeIcon))
}

func (b *rowButton) paint() {
	b.background.CornerRadius = theme.Grid(1.5)
	b.text.Restyle()
	if b.action.Prominent {
		b.paintLabel()
	} else {
		b.paintIcon()
	}
}

func (b *rowButton) paintLabel() {
	b.icon.Set("", theme.ColorMuted)
	b.text.Set(b.action.Label, theme.ColorText)
	b.background.FillColor = theme.Color(theme.ColorAction)
	if b.hovered {
		b.text.Set(b.action.Label, fynetheme.ColorNameForegroundOnPrimary)
		b.background.FillColor = theme.Color(theme.ColorAccent)
	}
}

func (b *rowButton) paintIcon() {
	b.text.Set("", theme.ColorAccent)
	b.text.Fit(0)
	b.icon.Set(b.action.Icon, theme.ColorMuted)
	b.background.FillColor = nil
	if b.hovered {
		b.icon.Set(b.action.Icon, theme.ColorText)
		b.background.FillColor = theme.Color(fynetheme.ColorNamePressed)
	}
}
