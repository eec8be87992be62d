package app

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/receiver"
)

// reveal shows a file in its folder, or the folder when the file is gone.
func (f *ferry) reveal(t *uploader.Transfer) {
	f.errands.run(func(ctx context.Context) {
		folder := filepath.Dir(t.Source.Path)
		if received(t) {
			folder = f.config.Received
		}
		if path, there := placeOf(f.config.Received, t); there {
			f.toldOf(folder, f.system.reveal(ctx, path))
			return
		}
		f.toldOf(folder, f.system.openFolder(ctx, folder))
	})
}

// openFile opens a file with whatever this computer opens such files with.
func (f *ferry) openFile(t *uploader.Transfer) {
	f.errands.run(func(ctx context.Context) {
		path, there := placeOf(f.config.Received, t)
		if !there {
			f.toldOf(t.Source.Name(), fs.ErrNotExist)
			return
		}
		f.toldOf(path, f.system.openFile(ctx, path))
	})
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

// placeOf is where a transfer's file is on this computer, if it is there: where it
// was received, in that folder, or where it comes from. It waits for the disk.
func placeOf(folder string, t *uploader.Transfer) (path string, there bool) {
	if received(t) {
		return receiver.Find(folder, t.Source.Name(), t.Source.RelPath, t.Source.Size, t.Source.ModTime)
	}
	_, err := os.Lstat(t.Source.Path)
	return t.Source.Path, err == nil
}
