package app

import (
	"context"
	"time"

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

// open brings the window back, with the newest in it from its first frame on.
func (f *ferry) open() {
	f.window.visible = true
	f.show(f.snapshot())
	f.window.open()
	f.setPace()
	f.presenter.now()
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
	answers := []answer{
		{label: words.Say("quit.cancel")},
		{label: words.Say("quit.quit"), do: f.end},
		{label: words.Say("quit.keep"), do: f.hide},
	}
	if !tray {
		answers = answers[:2]
	}
	answers[len(answers)-1].importance = widget.HighImportance
	closed := func() { f.quitting = nil }
	f.quitting = f.ask(words.Say("quit.title"), words.Count("quit.question", running), closed, answers...)
}

// end closes everything. What is under way is kept by the engine, and continues
// next time.
func (f *ferry) end() {
	f.carryOutRemoval()
	f.errands.shut()
	f.toolkit.Quit()
}
