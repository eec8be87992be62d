package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/driver"

	"github.com/ferryapp/ferry/app/platform"
	"github.com/ferryapp/ferry/app/words"
)

// fileDialogs opens dialogs for choosing files and folders: the system's, or the toolkit's
// on a desktop that has none. It must be used on the UI goroutine.
type fileDialogs struct {
	bridge      background
	chooser     platform.Chooser
	window      fyne.Window
	log         *slog.Logger
	showMessage func(text string)
	open        bool // the system's dialog is open
}

// background is the part of a *bridge.Bridge that runs what may block.
type background interface {
	Run(do func(context.Context))
	Post(do func())
}

// chooseFiles asks for files, and calls then with at least one path.
func (d *fileDialogs) chooseFiles(question platform.ChooserOptions, then func(paths []string)) {
	d.choose(d.chooser.Files, question, d.askFile, then)
}

// chooseFolders asks for folders, and calls then with at least one path.
func (d *fileDialogs) chooseFolders(question platform.ChooserOptions, then func(paths []string)) {
	d.choose(d.chooser.Folders, question, d.askFolder, then)
}

type (
	systemDialog  func(context.Context, platform.ChooserOptions) ([]string, error)
	toolkitDialog func(then func(paths []string))
)

// choose opens the system's dialog, or fallback on a desktop without one. While a dialog
// of the system is open it does nothing.
func (d *fileDialogs) choose(system systemDialog, question platform.ChooserOptions, fallback toolkitDialog, then func(paths []string)) {
	if d.open {
		return
	}
	d.open = true
	question.ParentWindow = windowHandle(d.window)
	d.bridge.Run(func(ctx context.Context) {
		paths, err := system(ctx, question)
		d.bridge.Post(func() {
			d.open = false
			switch {
			case errors.Is(err, platform.ErrNoChooser):
				fallback(then)
			case err != nil:
				d.log.Warn("file dialog failed", "err", err)
				d.showMessage(words.Text("choose.failed"))
			case len(paths) > 0:
				then(paths)
			}
		})
	})
}

func (d *fileDialogs) askFile(then func(paths []string)) {
	dialog.ShowFileOpen(func(file fyne.URIReadCloser, err error) {
		if err != nil || file == nil {
			return
		}
		path := file.URI().Path()
		_ = file.Close() // nothing was read
		then([]string{path})
	}, d.window)
}

func (d *fileDialogs) askFolder(then func(paths []string)) {
	dialog.ShowFolderOpen(func(folder fyne.ListableURI, err error) {
		if err == nil && folder != nil {
			then([]string{folder.Path()})
		}
	}, d.window)
}

// windowHandle returns the handle by which the system keeps its dialogs in front of the
// window; "" if there is none.
func windowHandle(window fyne.Window) string {
	native, ok := window.(driver.NativeWindow)
	if !ok {
		return ""
	}
	handle := ""
	native.RunNative(func(context any) {
		switch context := context.(type) {
		case driver.X11WindowContext:
			handle = fmt.Sprintf("x11:%x", context.WindowHandle)
		case driver.WindowsWindowContext:
			handle = platform.WindowsHandle(context.HWND)
		}
	})
	return handle
}
