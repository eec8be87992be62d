package app

import (
	"context"
	"os"
	"path/filepath"

	"fyne.io/fyne/v2"

	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
)

// handleDrop takes what was dropped on the window. The toolkit calls it on the
// UI's goroutine while the other program waits: it copies and returns. What is
// not a file or folder of this computer arrives as a path that leads nowhere.
func (f *ferry) handleDrop(uris []fyne.URI) {
	paths := make([]string, 0, len(uris))
	refused := 0
	for _, uri := range uris {
		if uri.Scheme() != "file" {
			refused++
			continue
		}
		paths = append(paths, uri.Path())
	}
	f.add(paths, refused)
}

// add takes files and folders to the chosen destination, after looking beside
// the UI whether they are there. Refused counts those that are known not to be.
func (f *ferry) add(paths []string, refused int) {
	f.addTo(f.destination.in(f.snapshot()).ID, paths, refused)
}

func (f *ferry) addTo(server uploader.ServerID, paths []string, refused int) {
	f.errands.run(func(ctx context.Context) {
		there := existing(paths)
		if missing := refused + len(paths) - len(there); missing > 0 {
			f.errands.post(func() { f.window.warn(words.Count("drop.refused", missing)) })
		}
		if len(there) > 0 {
			f.surveyed(ctx, server, there, func() { f.addNow(server, there) })
		}
	})
}

// addNow takes paths to a server. It may be called from any goroutine.
func (f *ferry) addNow(server uploader.ServerID, paths []string) {
	batch := uploader.NewBatchID()
	f.errands.post(func() {
		f.arrivals[batch] = paths
		f.presenter.now() // it may be known by now what they hold
	})
	f.order(uploader.Add{Batch: batch, Server: server, Paths: paths}, nil)
}

// existing returns the absolute ones of the paths at which something is.
func existing(paths []string) []string {
	there := make([]string, 0, len(paths))
	for _, path := range paths {
		if !filepath.IsAbs(path) {
			continue
		}
		if _, err := os.Lstat(path); err == nil {
			there = append(there, filepath.Clean(path))
		}
	}
	return there
}
