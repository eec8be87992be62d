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
	f.chooseWith(f.system.chooser.Files, words.Say("choose.files"), f.askFile)
}

// addFolder asks for a folder by the system's own dialog.
func (f *ferry) addFolder() {
	f.chooseWith(f.system.chooser.Folders, words.Say("choose.folder"), f.askFolder)
}

type chooseFunc func(context.Context, platform.Question) ([]string, error)

// chooseWith has one dialog open at a time. Otherwise is for desktops that have
// none.
func (f *ferry) chooseWith(choose chooseFunc, title string, otherwise func()) {
	if f.choosing {
		return
	}
	f.choosing = true
	question := platform.Question{Title: title, Accept: words.Say("choose.accept"), Parent: handleOf(f.window.window)}
	f.errands.run(func(ctx context.Context) {
		paths, err := choose(ctx, question)
		f.errands.post(func() {
			f.choosing = false
			switch {
			case errors.Is(err, platform.ErrNoChooser):
				otherwise()
			case err != nil:
				f.config.Log.Warn("file dialog failed", "error", err)
				f.window.warn(words.Say("choose.failed"))
			case len(paths) > 0:
				f.add(paths, 0)
			}
		})
	})
}

// askFile asks inside the window.
func (f *ferry) askFile() {
	dialog.ShowFileOpen(func(file fyne.URIReadCloser, err error) {
		if err != nil || file == nil {
			return
		}
		path := file.URI().Path()
		_ = file.Close() // nothing was read
		f.add([]string{path}, 0)
	}, f.window.window)
}

func (f *ferry) askFolder() {
	dialog.ShowFolderOpen(func(folder fyne.ListableURI, err error) {
		if err == nil && folder != nil {
			f.add([]string{folder.Path()}, 0)
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

// reveal shows where the built-in receiver put a file.
func (f *ferry) reveal(t *uploader.Transfer) {
	path := arrival(f.config.Received, t)
	f.errands.run(func(ctx context.Context) {
		show := f.system.reveal
		if _, err := os.Lstat(path); err != nil {
			path, show = f.config.Received, f.system.openFolder
		}
		f.told(show(ctx, path))
	})
}

// openReceived shows the folder of the built-in receiver.
func (f *ferry) openReceived() {
	f.errands.run(func(ctx context.Context) { f.told(f.system.openFolder(ctx, f.config.Received)) })
}

// told says when the folder could not be shown. It may be called from any
// goroutine.
func (f *ferry) told(err error) {
	if err == nil {
		return
	}
	f.config.Log.Warn("folder not shown", "error", err)
	f.errands.post(func() {
		f.window.warn(words.Say("reveal.failed", words.Data{"Folder": words.Printable(f.config.Received)}))
	})
}

// arrival is the place of a received file under its own name.
func arrival(folder string, t *uploader.Transfer) string {
	name := filepath.FromSlash(t.Source.RelPath)
	if name == "" || !filepath.IsLocal(name) {
		name = t.Source.Name()
	}
	return filepath.Join(folder, name)
}
