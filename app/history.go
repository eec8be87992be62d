package app

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/ferryapp/ferry/app/platform"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
)

// uploadAgain adds the files of finished uploads to a server, although they were uploaded
// before.
func (a *adder) uploadAgain(server uploader.ServerID, transfers []*uploader.Transfer) {
	paths := make([]string, len(transfers))
	for i, t := range transfers {
		paths[i] = t.Source.Path
	}
	a.bridge.Run(func(context.Context) {
		found := existingPaths(paths)
		if missing := len(paths) - len(found); missing > 0 {
			a.bridge.Post(func() { a.showMessage(words.Count("drop.refused", missing)) })
		}
		if len(found) > 0 {
			a.bridge.Send(uploader.Add{Batch: uploader.NewBatchID(), Server: server, Paths: found, Options: uploader.BatchOptions{UploadAgain: true}}, nil)
		}
	})
}

// exportHistory asks for a folder, and creates a file with the history in it. Write is called
// on a background goroutine.
func (sh *shell) exportHistory(write func(context.Context, io.Writer) error) {
	question := platform.ChooserOptions{Title: words.Text("history.export.where"), AcceptLabel: words.Text("history.export.here")}
	sh.files.chooseFolders(question, func(folders []string) {
		sh.bridge.Run(func(ctx context.Context) {
			path, err := exportTo(ctx, folders[0], time.Now(), write)
			sh.bridge.Post(func() {
				if err != nil {
					sh.config.Log.Warn("export history failed", "err", err)
					sh.window.showMessage(words.Text("history.export.failed", words.Data{"Folder": words.Path(folders[0])}))
					return
				}
				sh.window.showMessage(words.Text("history.export.done", words.Data{"File": words.Path(path)}))
			})
		})
	})
}

// exportTo creates a file in a folder and writes to it. An existing file is not changed: the
// name gets a number then. If it fails, there is no file.
func exportTo(ctx context.Context, folder string, now time.Time, write func(context.Context, io.Writer) error) (path string, err error) {
	name := "ferry-history-" + now.Format(time.DateOnly)
	var file *os.File
	for n := 1; file == nil; n++ {
		path = filepath.Join(folder, name+".csv")
		if n > 1 {
			path = filepath.Join(folder, name+"-"+strconv.Itoa(n)+".csv")
		}
		file, err = os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if err != nil && !errors.Is(err, fs.ErrExist) {
			return "", err
		}
	}
	if err = errors.Join(write(ctx, file), file.Close()); err != nil {
		return "", errors.Join(err, os.Remove(path))
	}
	return path, nil
}

// copyHistoryLinks copies links of the history to the clipboard.
func (sh *shell) copyHistoryLinks(text string, links int) {
	sh.toolkit.Clipboard().SetContent(text)
	sh.window.showMessage(words.Count("link.copied", links))
}
