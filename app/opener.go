package app

import (
	"context"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/ferryapp/ferry/app/bridge"
	"github.com/ferryapp/ferry/app/view"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/receiver"
)

// opener shows files and folders in other programs. Its methods belong to the UI's
// goroutine unless they say otherwise.
type opener struct {
	bridge     *bridge.Bridge
	showFile   func(ctx context.Context, path string) error // in its folder
	openFolder func(ctx context.Context, dir string) error
	openFile   func(ctx context.Context, path string) error
	received   string // the folder of the built-in receiver
	log        *slog.Logger
	warn       func(text string)
}

// reveal shows a file in its folder, or the folder when the file does not exist.
func (o *opener) reveal(t *uploader.Transfer) {
	o.bridge.Run(func(ctx context.Context) {
		folder := filepath.Dir(t.Source.Path)
		if view.Received(t) {
			folder = o.received
		}
		if path, exists := placeOf(o.received, t); exists {
			o.report(folder, o.showFile(ctx, path))
			return
		}
		o.report(folder, o.openFolder(ctx, folder))
	})
}

// open opens a file in the program for its type.
func (o *opener) open(t *uploader.Transfer) {
	o.bridge.Run(func(ctx context.Context) {
		path, exists := placeOf(o.received, t)
		if !exists {
			o.report(t.Source.Name(), fs.ErrNotExist)
			return
		}
		o.report(path, o.openFile(ctx, path))
	})
}

// openReceived shows the folder of the built-in receiver or, if it does not exist, the
// innermost folder of its path that does.
func (o *opener) openReceived() {
	o.bridge.Run(func(ctx context.Context) {
		folder := o.received
		for !isFolder(folder) && folder != filepath.Dir(folder) {
			folder = filepath.Dir(folder)
		}
		o.report(folder, o.openFolder(ctx, folder))
	})
}

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// openPath shows a file or folder of Ferry's own by the given function.
func (o *opener) openPath(show func(context.Context, string) error, path string) {
	o.bridge.Run(func(ctx context.Context) { o.report(path, show(ctx, path)) })
}

// report shows that a file or folder could not be shown. It may be called from any
// goroutine.
func (o *opener) report(path string, err error) {
	if err == nil {
		return
	}
	o.log.Warn("not shown", "error", err)
	o.bridge.Post(func() {
		o.warn(words.Text("reveal.failed", words.Data{"Path": words.Printable(path)}))
	})
}

// placeOf is the path of a transfer's file on this computer, in the folder of received
// files or where it was added from, and whether it exists. It reads the disk.
func placeOf(folder string, t *uploader.Transfer) (path string, exists bool) {
	if view.Received(t) {
		return receiver.Find(folder, t.Source.Name(), t.Source.RelPath, t.Source.Size, t.Source.ModTime)
	}
	_, err := os.Lstat(t.Source.Path)
	return t.Source.Path, err == nil
}
