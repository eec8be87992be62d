package app

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/widgets/theme"
)

// openMenu offers what can be done to any of what is selected.
func (l *listing) openMenu(at fyne.Position) {
	selected := l.selected()
	if selected.empty() {
		return
	}
	canvas := fyne.CurrentApp().Driver().CanvasForObject(l.rows)
	widget.ShowPopUpMenuAtPosition(l.menu(selected), canvas, at)
}

func (l *listing) menu(s subjects) *fyne.Menu {
	menu := fyne.NewMenu("")
	is, last := s.situation(), 0
	for a := range actions {
		if !is.allows(a) {
			continue
		}
		if len(menu.Items) > 0 && a.part() != last {
			menu.Items = append(menu.Items, fyne.NewMenuItemSeparator())
		}
		last = a.part()
		item := fyne.NewMenuItem(words.Say(is.label(a)), func() { l.actions.act(a, s) })
		item.Icon = theme.Icon(a.icon())
		menu.Items = append(menu.Items, item)
	}
	return menu
}
