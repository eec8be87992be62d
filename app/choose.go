package app

import (
	"context"
	"errors"
	"fmt"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/driver"

	"github.com/ferryapp/ferry/app/platform"
	"github.com/ferryapp/ferry/app/words"
)

// addFiles asks for files by the system's own dialog.
func (f *ferry) addFiles() {
	f.chooseThen(f.system.chooser.Files, toAdd("choose.files"), f.askFile, f.addChosen)
}

// addFromTray is addFiles with the window in sight, which the dialog stays in front
// of.
func (f *ferry) addFromTray() {
	f.open()
	f.addFiles()
}

// addFolder asks for a folder by the system's own dialog.
func (f *ferry) addFolder() {
	f.chooseThen(f.system.chooser.Folders, toAdd("choose.folder"), f.askFolder, f.addChosen)
}

func (f *ferry) addChosen(paths []string) { f.add(paths, 0) }

func toAdd(title string) platform.Question {
	return platform.Question{Title: words.Say(title), Accept: words.Say("choose.accept")}
}

type (
	chooseFunc func(context.Context, platform.Question) ([]string, error)
	askFunc    func(then func(paths []string)) // inside the window
)

// chooseThen asks by the system's own dialog, one at a time, and goes on with what
// was chosen, which is never nothing. Otherwise is for desktops that have no such
// dialog.
func (f *ferry) chooseThen(choose chooseFunc, question platform.Question, otherwise askFunc, then func(paths []string)) {
	if f.choosing {
		return
	}
	f.choosing = true
	question.Parent = handleOf(f.window.window)
	f.errands.run(func(ctx context.Context) {
		paths, err := choose(ctx, question)
		f.errands.post(func() {
			f.choosing = false
			switch {
			case errors.Is(err, platform.ErrNoChooser):
				otherwise(then)
			case err != nil:
				f.config.Log.Warn("file dialog failed", "error", err)
				f.window.warn(words.Say("choose.failed"))
			case len(paths) > 0:
				then(paths)
			}
		})
	})
}

// askFile asks inside the window.
func (f *ferry) askFile(then func(paths []string)) {
	dialog.ShowFileOpen(func(file fyne.URIReadCloser, err error) {
		if err != nil || file == nil {
			return
		}
		path := file.URI().Path()
		_ = file.Close() // nothing was read
		then([]string{path})
	}, f.window.window)
}

func (f *ferry) askFolder(then func(paths []string)) {
	dialog.ShowFolderOpen(func(folder fyne.ListableURI, err error) {
		if err == nil && folder != nil {
			then([]string{folder.Path()})
		}
	}, f.window.window)
}

// handleOf names the window to other programs, so that their dialogs stay in
// front of it.
func handleOf(window fyne.Window) string {
	native, ok := window.(driver.NativeWindow)
	if !ok {
		return ""
	}
	handle := ""
	native.RunNative(func(context any) {
		if x11, ok := context.(driver.X11WindowContext); ok {
			handle = fmt.Sprintf("x11:%x", x11.WindowHandle)
		}
	})
	return handle
}
