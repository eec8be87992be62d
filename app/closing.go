package app

import (
	"context"
	"time"

	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"github.com/ferryapp/ferry/app/platform"
	"github.com/ferryapp/ferry/app/words"
)

const (
	prefHideExplained = "hide-explained"

	// trayAnswer is how long the desktop may take to say whether it has a tray.
	trayAnswer = time.Second
)

// closeWindow is what the window's close button does: it hides the window where
// it can be brought back, and quits where it cannot.
func (f *ferry) closeWindow() {
	f.withTray(func(present bool) {
		if !present {
			f.quit()
			return
		}
		f.hide()
	})
}

// withTray finds out beside the UI whether there is a tray now, and goes on.
func (f *ferry) withTray(then func(present bool)) {
	f.errands.run(func(ctx context.Context) {
		ctx, cancel := context.WithTimeout(ctx, trayAnswer)
		defer cancel()
		present := f.system.hasTray(ctx)
		f.errands.post(func() { then(present && f.tray != nil) })
	})
}

// hide puts the window away. The first time a note says that Ferry goes on.
func (f *ferry) hide() {
	f.window.hide()
	f.setPace()
	memory := f.toolkit.Preferences()
	if memory.Bool(prefHideExplained) {
		return
	}
	memory.SetBool(prefHideExplained, true)
	f.note(platform.Note{Key: "hide", Title: words.Say("hide.title"), Body: words.Say("hide.body")})
}

// open brings the window back.
func (f *ferry) open() {
	f.window.open()
	f.setPace()
}

// quit ends Ferry. While something is under way it asks first.
func (f *ferry) quit() {
	running := tallyOf(f.snapshot(), f.left).running
	if running == 0 {
		f.end()
		return
	}
	f.withTray(func(present bool) { f.askToQuit(running, present) })
}

// askToQuit asks once at a time.
func (f *ferry) askToQuit(running int, tray bool) {
	if f.quitting != nil {
		return
	}
	f.open()
	question := widget.NewLabel(words.Count("quit.question", running))
	question.Wrapping = 0
	var box *dialog.CustomDialog
	answer := func(then func()) func() {
		return func() { box.Hide(); then() }
	}
	stay := widget.NewButton(words.Say("quit.cancel"), answer(func() {}))
	leave := widget.NewButton(words.Say("quit.quit"), answer(f.end))
	keep := widget.NewButton(words.Say("quit.keep"), answer(f.hide))
	keep.Importance = widget.HighImportance
	if !tray {
		keep.Hide()
		leave.Importance = widget.HighImportance
	}
	buttons := container.NewHBox(layout.NewSpacer(), stay, leave, keep)
	box = dialog.NewCustomWithoutButtons(words.Say("quit.title"), container.NewVBox(question, buttons), f.window.window)
	box.SetOnClosed(func() { f.quitting = nil })
	f.quitting = box
	box.Show()
}

// end closes everything. What is under way is kept by the engine, and continues
// next time.
func (f *ferry) end() {
	f.errands.shut()
	f.toolkit.Quit()
}
