package app

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/widgets"
	"github.com/ferryapp/ferry/widgets/dialog"
	"github.com/ferryapp/ferry/widgets/theme"
)

// showKeys tells all keys of the window.
func (f *ferry) showKeys() {
	var box *dialog.Dialog
	done := newChoice(words.Say("keys.done"), func() { box.Hide() }, func() { box.Hide() })
	var rows []fyne.CanvasObject
	for i, part := range keyLines(f.shortcuts()) {
		if i > 0 {
			rows = append(rows, widget.NewSeparator())
		}
		for _, line := range part {
			rows = append(rows, dialog.NewSetting(line.does, "", keycaps(line.keys)))
		}
	}
	page := dialog.NewPage(rows...)
	page.Dense()
	box = dialog.New(f.window.window.Canvas(), words.Say("keys.title"), page, layout.NewSpacer(), done)
	box.SetSize(fyne.NewSize(theme.Grid(120), 0))
	f.present(box)
	f.window.window.Canvas().Focus(done)
}

// keyLine is what is told of the keys that do one thing.
type keyLine struct {
	keys []string
	does string
}

// keyLines are the shortcuts to read, part by part.
func keyLines(parts [][]shortcut) [][]keyLine {
	lines := make([][]keyLine, len(parts))
	for i, part := range parts {
		for k, s := range part {
			if k > 0 && part[k-1].does == s.does {
				last := &lines[i][len(lines[i])-1]
				last.keys = append(last.keys, s.String())
				continue
			}
			lines[i] = append(lines[i], keyLine{keys: []string{s.String()}, does: words.Say(s.does)})
		}
	}
	return lines
}

// keycaps are keys as they look.
func keycaps(keys []string) fyne.CanvasObject {
	row := container.NewHBox()
	for _, key := range keys {
		row.Add(container.NewCenter(widgets.NewBadge(strings.ReplaceAll(key, "+", " + "), theme.Muted)))
	}
	return row
}
