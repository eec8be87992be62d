package app

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"github.com/ferryapp/ferry/app/settings"
	"github.com/ferryapp/ferry/app/words"
)

// limits are offered under the footer, in bytes per second; others are a setting.
var limits = []int64{0, 1e6, 5e6, 20e6}

// limit is how fast uploads may be altogether, in bytes per second; 0 for as fast
// as it goes.
func (f *ferry) limit() int64 { return f.config.Settings.Get().Transfers.Limit }

// setLimit holds at once, also for what is under way.
func (f *ferry) setLimit(limit int64) {
	f.config.Settings.Update(func(s *settings.Settings) { s.Transfers.Limit = limit })
	f.presenter.now()
}

func (f *ferry) openLimits() {
	button := f.window.footer.limit
	menu := f.limitMenu()
	above := widget.NewPopUpMenu(menu, f.window.window.Canvas()).MinSize().Height
	widget.ShowPopUpMenuAtRelativePosition(menu, f.window.window.Canvas(), fyne.NewPos(0, -above), button)
}

func (f *ferry) limitMenu() *fyne.Menu {
	now := f.limit()
	menu := fyne.NewMenu("")
	for _, limit := range limits {
		item := fyne.NewMenuItem(limitLabel(limit), func() { f.setLimit(limit) })
		item.Checked = limit == now
		menu.Items = append(menu.Items, item)
	}
	more := fyne.NewMenuItem(words.Say("limit.more"), f.openSettings)
	menu.Items = append(menu.Items, fyne.NewMenuItemSeparator(), more)
	return menu
}

func limitLabel(limit int64) string {
	if limit == 0 {
		return words.Say("limit.none")
	}
	return words.Say("limit.at-most", words.Data{"Rate": words.Rate(float64(limit))})
}
