package app

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/widgets"
	"github.com/ferryapp/ferry/widgets/theme"
)

// showKeys tells all keys of the window.
func (f *ferry) showKeys() {
	var box *dialog.CustomDialog
	done := newChoice(words.Say("keys.done"), func() { box.Hide() }, func() { box.Hide() })
	list := container.New(layout.NewFormLayout())
	for i, part := range keyLines(f.shortcuts()) {
		if i > 0 {
			list.Add(widget.NewSeparator())
			list.Add(widget.NewSeparator())
		}
		for _, line := range part {
			list.Add(keycaps(line.keys))
			list.Add(widget.NewLabel(line.does))
		}
	}
	scroll := container.NewScroll(list)
	room := f.window.window.Canvas().Size().SubtractWidthHeight(theme.Grid(20), theme.Grid(40))
	scroll.SetMinSize(list.MinSize().AddWidthHeight(theme.Grid(4), 0).Min(room))
	buttons := container.NewHBox(layout.NewSpacer(), done)
	box = dialog.NewCustomWithoutButtons(words.Say("keys.title"), container.NewBorder(nil, buttons, nil, nil, scroll), f.window.window)
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
	row := container.NewHBox(layout.NewSpacer())
	for _, key := range keys {
		row.Add(container.NewCenter(widgets.NewBadge(strings.ReplaceAll(key, "+", " + "), theme.Muted)))
	}
	return row
}
