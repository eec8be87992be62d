package app

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/driver"

	"github.com/ferryapp/ferry/app/platform"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
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

// reveal shows a file in its folder, or the folder when the file is gone.
func (f *ferry) reveal(t *uploader.Transfer) {
	path := placeOf(f.config.Received, t)
	folder := filepath.Dir(path)
	if received(t) {
		folder = f.config.Received
	}
	f.errands.run(func(ctx context.Context) {
		show := f.system.reveal
		if _, err := os.Lstat(path); err != nil {
			path, show = folder, f.system.openFolder
		}
		f.toldOf(folder, show(ctx, path))
	})
}

// openFile opens a file with whatever this computer opens such files with.
func (f *ferry) openFile(t *uploader.Transfer) {
	path := placeOf(f.config.Received, t)
	f.errands.run(func(ctx context.Context) { f.toldOf(path, f.system.openFile(ctx, path)) })
}

// openReceived shows the folder of the built-in receiver.
func (f *ferry) openReceived() { f.openPlace(f.system.openFolder, f.config.Received) }

// openPlace shows a file or folder of Ferry's own.
func (f *ferry) openPlace(show func(context.Context, string) error, path string) {
	f.errands.run(func(ctx context.Context) { f.toldOf(path, show(ctx, path)) })
}

// toldOf says when a file or folder could not be shown. It may be called from any
// goroutine.
func (f *ferry) toldOf(path string, err error) {
	if err == nil {
		return
	}
	f.config.Log.Warn("not shown", "error", err)
	f.errands.post(func() {
		f.window.warn(words.Say("reveal.failed", words.Data{"Path": words.Printable(path)}))
	})
}

// received reports whether the built-in receiver has put the file into its folder.
func received(t *uploader.Transfer) bool {
	return t.Phase == uploader.PhaseDone && t.Server == uploader.BuiltinServer
}

// placeOf is where a transfer's file is on this computer: where it was received
// under its own name, or where it comes from.
func placeOf(folder string, t *uploader.Transfer) string {
	if !received(t) {
		return t.Source.Path
	}
	name := filepath.FromSlash(t.Source.RelPath)
	if name == "" || !filepath.IsLocal(name) {
		name = t.Source.Name()
	}
	return filepath.Join(folder, name)
}
