package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"github.com/ferryapp/ferry/widgets/theme"
)

// IconButton is a button with an icon and a tooltip.
type IconButton struct {
	Button
	tooltips *Tooltips
	tooltip  string
}

var _ desktop.Hoverable = (*IconButton)(nil)

// NewIconButton returns a button of low importance.
func NewIconButton(icon theme.IconName, tooltips *Tooltips, tooltip string, tapped func()) *IconButton {
	b := &IconButton{tooltips: tooltips, tooltip: tooltip}
	b.Icon, b.Importance, b.OnTapped = theme.Icon(icon), widget.LowImportance, tapped
	b.ExtendBaseWidget(b)
	return b
}

// Set changes icon and tooltip.
func (b *IconButton) Set(icon theme.IconName, tooltip string) {
	b.tooltip = tooltip
	b.SetIcon(theme.Icon(icon))
}

// MouseIn implements [desktop.Hoverable].
func (b *IconButton) MouseIn(e *desktop.MouseEvent) {
	b.Button.MouseIn(e)
	b.tooltips.ShowFor(b, b.tooltip)
}

// MouseOut implements [desktop.Hoverable].
func (b *IconButton) MouseOut() {
	b.Button.MouseOut()
	b.tooltips.HideFor(b)
}

// TypedKey implements [fyne.Focusable].
func (b *IconButton) TypedKey(e *fyne.KeyEvent) { pressOrForward(b, e) }

// Tapped implements [fyne.Tappable].
func (b *IconButton) Tapped(e *fyne.PointEvent) {
	b.tooltips.Dismiss()
	b.Button.Tapped(e)
}
