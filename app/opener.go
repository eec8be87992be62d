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

// opener opens files and folders in other programs. Its methods must be called on the UI
// goroutine unless they say otherwise.
type opener struct {
	bridge      *bridge.Bridge
	revealFile  func(ctx context.Context, path string) error // shows it in its folder
	openFolder  func(ctx context.Context, dir string) error
	openFile    func(ctx context.Context, path string) error
	receivedDir string // the folder of the built-in receiver
	log         *slog.Logger
	showMessage func(text string)
}

// reveal shows a transfer's file in its folder, or only the folder if the file does not
// exist.
func (o *opener) reveal(t *uploader.Transfer) {
	receivedDir, below := o.receivedDir, o.bridge.Snapshot().FolderOf(t)
	o.bridge.Run(func(ctx context.Context) {
		folder := filepath.Dir(t.Source.Path)
		if view.Received(t) {
			folder = receivedDir
		}
		if path, exists := localPath(receivedDir, below, t); exists {
			o.report(folder, o.revealFile(ctx, path))
			return
		}
		o.report(folder, o.openFolder(ctx, folder))
	})
}

// open opens a transfer's file in the program for its type.
func (o *opener) open(t *uploader.Transfer) {
	receivedDir, below := o.receivedDir, o.bridge.Snapshot().FolderOf(t)
	o.bridge.Run(func(ctx context.Context) {
		path, exists := localPath(receivedDir, below, t)
		if !exists {
			o.report(t.Source.Name(), fs.ErrNotExist)
			return
		}
		o.report(path, o.openFile(ctx, path))
	})
}

// openReceived opens the folder of the built-in receiver or, if it does not exist, the
// innermost folder of its path that does.
func (o *opener) openReceived() {
	folder := o.receivedDir
	o.bridge.Run(func(ctx context.Context) {
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

// openPath opens a file or folder of the profile with the given function.
func (o *opener) openPath(show func(context.Context, string) error, path string) {
	o.bridge.Run(func(ctx context.Context) { o.report(path, show(ctx, path)) })
}

// report shows a message if a file or folder could not be opened. It may be called from
// any goroutine.
func (o *opener) report(path string, err error) {
	if err == nil {
		return
	}
	o.log.Warn("open path failed", "err", err)
	o.bridge.Post(func() {
		o.showMessage(words.Text("reveal.failed", words.Data{"Path": words.Path(path)}))
	})
}

// localPath returns the path of a transfer's file on this computer, which is in
// receivedDir if the built-in receiver received it, in the folder that was given for its
// batch, and reports whether it exists. It reads the disk.
func localPath(receivedDir, folder string, t *uploader.Transfer) (path string, exists bool) {
	if view.Received(t) {
		return receiver.Find(receivedDir, t.Source.Name(), t.Source.PathIn(folder), t.Source.Size, t.Source.ModTime)
	}
	_, err := os.Lstat(t.Source.Path)
	return t.Source.Path, err == nil
}
