package app

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"github.com/ferryapp/ferry/app/words"
)

// limits are offered in the footer's menu, in bytes per second; others are in the
// settings.
var limits = []int64{0, 1e6, 5e6, 20e6}

func (f *footer) openLimits() {
	menu := f.limitMenu()
	above := widget.NewPopUpMenu(menu, f.canvas).MinSize().Height
	widget.ShowPopUpMenuAtRelativePosition(menu, f.canvas, fyne.NewPos(0, -above), f.limit)
}

func (f *footer) limitMenu() *fyne.Menu {
	now := f.actions.limit()
	menu := fyne.NewMenu("")
	for _, limit := range limits {
		item := fyne.NewMenuItem(limitLabel(limit), func() { f.actions.setLimit(limit) })
		item.Checked = limit == now
		menu.Items = append(menu.Items, item)
	}
	more := fyne.NewMenuItem(words.Say("limit.more"), f.actions.openSettings)
	menu.Items = append(menu.Items, fyne.NewMenuItemSeparator(), more)
	return menu
}
