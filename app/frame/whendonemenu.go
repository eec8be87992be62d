package frame

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"github.com/ferryapp/ferry/app/settings"
	"github.com/ferryapp/ferry/app/view"
	"github.com/ferryapp/ferry/app/words"
)

// OpenWhenDone opens the menu of what follows when all uploads are done, above the button.
func (f *Footer) OpenWhenDone() {
	menu := f.WhenDoneMenu()
	above := widget.NewPopUpMenu(menu, f.canvas).MinSize().Height
	widget.ShowPopUpMenuAtRelativePosition(menu, f.canvas, fyne.NewPos(0, -above), f.WhenDone)
}

// WhenDoneMenu returns a menu that chooses what follows this round, with the current choice
// checked.
func (f *Footer) WhenDoneMenu() *fyne.Menu {
	title := fyne.NewMenuItem(words.Text("done.menu"), nil)
	title.Disabled = true
	menu := fyne.NewMenu("", title)
	for _, action := range settings.DoneActions() {
		item := fyne.NewMenuItem(view.DoneChoiceText(action, f.actions.Program()), func() { f.actions.SetWhenDone(action) })
		item.Checked = action == f.actions.WhenDone()
		menu.Items = append(menu.Items, item)
	}
	always := fyne.NewMenuItem(words.Text("done.always"), f.actions.OpenPower)
	menu.Items = append(menu.Items, fyne.NewMenuItemSeparator(), always)
	return menu
}
