package frame

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"github.com/ferryapp/ferry/app/view"
	"github.com/ferryapp/ferry/app/words"
)

// limits are the limits offered in the footer's menu, in bytes per second. The settings
// accept any other.
var limits = []int64{0, 1e6, 5e6, 20e6}

// OpenLimits opens the menu of limits above the button.
func (f *Footer) OpenLimits() {
	menu := f.LimitMenu()
	above := widget.NewPopUpMenu(menu, f.canvas).MinSize().Height
	widget.ShowPopUpMenuAtRelativePosition(menu, f.canvas, fyne.NewPos(0, -above), f.Limit)
}

// LimitMenu returns a menu that sets the limit, with the current one checked.
func (f *Footer) LimitMenu() *fyne.Menu {
	now := f.actions.Limit()
	menu := fyne.NewMenu("")
	for _, limit := range limits {
		item := fyne.NewMenuItem(view.LimitLabel(limit), func() { f.actions.SetLimit(limit) })
		item.Checked = limit == now
		menu.Items = append(menu.Items, item)
	}
	more := fyne.NewMenuItem(words.Text("limit.more"), f.actions.OpenSettings)
	menu.Items = append(menu.Items, fyne.NewMenuItemSeparator(), more)
	return menu
}
