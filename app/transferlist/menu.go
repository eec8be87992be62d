package transferlist

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"github.com/ferryapp/ferry/app/view"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/widgets/theme"
)

// OpenMenu opens the menu of the selection.
func (l *List) OpenMenu(at fyne.Position) {
	selected := l.Selected()
	if selected.Empty() {
		return
	}
	canvas := fyne.CurrentApp().Driver().CanvasForObject(l.Rows)
	widget.ShowPopUpMenuAtPosition(l.Menu(selected), canvas, at)
}

// Menu returns the menu of the actions that a selection allows.
func (l *List) Menu(s view.Selection) *fyne.Menu {
	menu := fyne.NewMenu("")
	situation, last := s.Situation(), 0
	for a := range view.NumActions {
		if !situation.Allows(a) {
			continue
		}
		if len(menu.Items) > 0 && a.Group() != last {
			menu.Items = append(menu.Items, fyne.NewMenuItemSeparator())
		}
		last = a.Group()
		item := fyne.NewMenuItem(words.Text(situation.Label(a)), func() { l.actions.Act(a, s) })
		item.Icon = theme.Icon(a.Icon())
		menu.Items = append(menu.Items, item)
	}
	return menu
}
