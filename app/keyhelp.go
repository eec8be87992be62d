package app

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"github.com/ferryapp/ferry/app/form"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/widgets"
	"github.com/ferryapp/ferry/widgets/dialog"
	"github.com/ferryapp/ferry/widgets/theme"
)

// showHelp shows all keys of the window in a dialog.
func (k *keyboard) showHelp() {
	var box *dialog.Dialog
	done := form.NewDialogButton(words.Text("keys.done"), func() { box.Hide() }, func() { box.Hide() })
	var rows []fyne.CanvasObject
	for i, part := range keyLines(k.shortcuts()) {
		if i > 0 {
			rows = append(rows, widget.NewSeparator())
		}
		for _, line := range part {
			rows = append(rows, dialog.NewSetting(line.description, "", keycaps(line.keys)))
		}
	}
	page := dialog.NewPage(rows...)
	page.SetDense()
	box = dialog.New(k.dialogs.Canvas(), words.Text("keys.title"), page, layout.NewSpacer(), done)
	box.SetSize(fyne.NewSize(theme.Grid(120), 0))
	k.dialogs.Present(box)
	k.dialogs.Canvas().Focus(done)
}

// keyLine is a line of the help: keys with the same description.
type keyLine struct {
	keys        []string
	description string
}

// keyLines returns the lines of the help, in groups.
func keyLines(parts [][]shortcut) [][]keyLine {
	lines := make([][]keyLine, len(parts))
	for i, part := range parts {
		for j, s := range part {
			if j > 0 && part[j-1].description == s.description {
				last := &lines[i][len(lines[i])-1]
				last.keys = append(last.keys, s.String())
				continue
			}
			lines[i] = append(lines[i], keyLine{keys: []string{s.String()}, description: words.Text(s.description)})
		}
	}
	return lines
}

// keycaps returns badges with the names of keys.
func keycaps(keys []string) fyne.CanvasObject {
	row := container.NewHBox()
	for _, key := range keys {
		row.Add(container.NewCenter(widgets.NewBadge(strings.ReplaceAll(key, "+", " + "), theme.Muted)))
	}
	return row
}
