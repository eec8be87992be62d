package preferences

import (
	"fyne.io/fyne/v2"

	"github.com/ferryapp/ferry/app/view"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/widgets/dialog"
)

// addStatistics adds what was uploaded, once it is read.
func (d *settingsDialog) addStatistics() {
	shown := d.form
	shown.rows = append(shown.rows, dialog.NewParagraph(words.Text("statistics.help")))
	d.config.ReadStatistics(func(s view.Statistics) {
		if d.form != shown {
			return // another section was chosen
		}
		for _, line := range s.Periods {
			shown.rows = append(shown.rows, dialog.NewSetting(line.Name, line.Value, &fyne.Container{}))
		}
		if len(s.Servers) > 0 {
			shown.addHeading("statistics.servers")
		}
		for _, line := range s.Servers {
			shown.rows = append(shown.rows, dialog.NewSetting(line.Name, line.Value, &fyne.Container{}))
		}
		d.page.SetObjects(shown.rows...)
	})
}
