package preferences

import (
	fynetheme "fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

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
			shown.rows = append(shown.rows, statisticsRow(line))
		}
		if len(s.Servers) > 0 {
			shown.addHeading("statistics.servers")
		}
		for _, line := range s.Servers {
			shown.rows = append(shown.rows, statisticsRow(line))
		}
		d.page.SetObjects(shown.rows...)
	})
}

// statisticsRow shows a line, with what was sent at the right.
func statisticsRow(line view.StatisticsLine) *dialog.Setting {
	sent := widget.NewLabel(line.Sent)
	sent.SizeName = fynetheme.SizeNameSubHeadingText
	return dialog.NewSetting(line.Name, line.Details, sent)
}
