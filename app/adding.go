package app

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"fyne.io/fyne/v2"

	"github.com/ferryapp/ferry/app/bridge"
	"github.com/ferryapp/ferry/app/form"
	"github.com/ferryapp/ferry/app/platform"
	"github.com/ferryapp/ferry/app/settings"
	"github.com/ferryapp/ferry/app/view"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
)

// clipboardTimeout is how long the program that owns the clipboard may take to
// deliver its content.
const clipboardTimeout = 5 * time.Second

// adder adds files and folders that are dropped, pasted, chosen in a file dialog, or
// received in a request. Its methods must be called on the UI goroutine unless they say
// otherwise.
type adder struct {
	bridge        *bridge.Bridge
	settings      *settings.Current
	destination   *destination
	dialogs       *form.Dialogs
	files         *fileDialogs
	readClipboard func(context.Context) (string, error) // see platform.ReadClipboard
	clipboard     func() fyne.Clipboard
	surveyTimeout time.Duration // how long counting may delay adding
	added         view.AddedBatches
	log           *slog.Logger
	showMessage   func(text string)
	showWindow    func()
	newServer     func(address string) // opens the dialog for a new server
	choose        func(uploader.ServerID)
	window        *window
	unseen        map[uploader.BatchID]origin // added and not yet scrolled into view
	waiting       waitingItems
	unsent        int // additions that are being checked, counted, asked about or sent
}

// origin is who added something.
type origin int

const (
	fromWindow  origin = iota // the user of the window, who wants to see it now
	fromProgram               // another program; the user may be doing something else in the list
)

// adding reports whether something is being added that no snapshot has yet.
func (a *adder) adding() bool { return a.unsent > 0 || len(a.waiting.paths) > 0 }

// beginAdding counts an addition until the function that it returns is called, which may be
// done on any goroutine.
func (a *adder) beginAdding() (end func()) {
	a.unsent++
	return func() {
		a.bridge.Post(func() {
			a.unsent--
			a.bridge.Refresh()
		})
	}
}

// drop adds what was dropped on the window. The toolkit calls it while the source of the
// drop waits, so it only copies the paths. What is not a file or folder of this computer
// arrives as a path that does not exist.
func (a *adder) drop(uris []fyne.URI) {
	paths := make([]string, 0, len(uris))
	refused := 0
	for _, uri := range uris {
		if uri.Scheme() != "file" {
			refused++
			continue
		}
		paths = append(paths, uri.Path())
	}
	a.add(paths, refused)
}

// addFiles asks for files, and adds them.
func (a *adder) addFiles() {
	a.files.chooseFiles(addQuestion("choose.files"), func(paths []string) { a.add(paths, 0) })
}

// addFolder asks for a folder, and adds it.
func (a *adder) addFolder() {
	a.files.chooseFolders(addQuestion("choose.folder"), func(paths []string) { a.add(paths, 0) })
}

func addQuestion(title string) platform.ChooserOptions {
	return platform.ChooserOptions{Title: words.Text(title), AcceptLabel: words.Text("choose.accept")}
}

// paste adds the files on the clipboard.
func (a *adder) paste() {
	a.bridge.Run(func(ctx context.Context) {
		ctx, cancel := context.WithTimeout(ctx, clipboardTimeout)
		defer cancel()
		text, err := a.readClipboard(ctx)
		a.bridge.Post(func() {
			switch {
			case errors.Is(err, platform.ErrNoClipboard):
				a.pasteText(a.clipboard().Content())
			case err != nil:
				a.log.Warn("clipboard not read", "err", err)
				a.showMessage(words.Text("paste.failed"))
			default:
				a.pasteText(text)
			}
		})
	})
}

func (a *adder) pasteText(text string) {
	if a.pasteURLs(text) || a.pasteServer(text) {
		return
	}
	paths, refused := platform.ParseClipboard(text)
	if len(paths) == 0 {
		a.showMessage(words.Text("paste.nothing"))
		return
	}
	a.add(paths, refused)
}

// addTo adds files and folders for a server, after checking in the background whether they
// exist. Refused is the number of items already rejected.
func (a *adder) addTo(server uploader.ServerID, paths []string, refused int) {
	a.addWith(server, paths, refused, uploader.BatchOptions{})
}

// addWith is addTo with options for the batch.
func (a *adder) addWith(server uploader.ServerID, paths []string, refused int, options uploader.BatchOptions) {
	a.addFrom(fromWindow, server, paths, refused, options)
}

// addFrom is addWith for additions of any origin.
func (a *adder) addFrom(from origin, server uploader.ServerID, paths []string, refused int, options uploader.BatchOptions) {
	end := a.beginAdding()
	a.bridge.Run(func(ctx context.Context) {
		found := existingPaths(paths)
		if missing := refused + len(paths) - len(found); missing > 0 {
			a.bridge.Post(func() { a.showMessage(words.Count("drop.refused", missing)) })
		}
		if len(found) == 0 {
			end()
			return
		}
		a.survey(ctx, server, found, options.FollowLinks, func(listing *uploader.Listing) { a.send(from, server, found, options, listing) }, end)
	})
}

// send sends the command that adds the paths, with what is known to be there; nil if that is
// not known. It may be called from any goroutine.
func (a *adder) send(from origin, server uploader.ServerID, paths []string, options uploader.BatchOptions, listing *uploader.Listing) {
	batch := uploader.NewBatchID()
	a.bridge.Post(func() {
		a.unsent++
		a.added.Add(batch, paths)
		if a.window.visible {
			a.unseen[batch] = from
		} else {
			a.showMessage(a.addedText(server, paths))
		}
		a.bridge.Refresh() // the snapshot may contain the batch already
	})
	a.bridge.Send(uploader.Add{Batch: batch, Server: server, Paths: paths, Options: options, Listing: listing}, func(err error) {
		a.bridge.Post(func() {
			a.unsent--
			a.added.Answered(batch, a.bridge.Snapshot())
			if err != nil {
				delete(a.unseen, batch)
			}
			a.bridge.Refresh()
		})
		if err != nil {
			a.bridge.Report(err)
		}
	})
}

// addedText returns the text about what another program added while the window is hidden.
func (a *adder) addedText(to uploader.ServerID, paths []string) string {
	server, known := a.bridge.Snapshot().Server(to)
	if !known {
		server = uploader.Server{ID: to}
	}
	data := words.Data{"Server": words.Server(server), "File": words.Printable(filepath.Base(paths[0]))}
	if len(paths) == 1 {
		return words.Text("added.one", data)
	}
	return words.Count("added", len(paths), data)
}

// reveal scrolls what was just added into view, once it has a row.
func (a *adder) reveal(s *uploader.Snapshot) {
	for batch, from := range a.unseen {
		if a.window.reveal(batch, from) || s.Batches[batch] != nil && s.Batches[batch].Scanned {
			delete(a.unseen, batch)
		}
	}
}

// existingPaths returns the paths that are absolute and exist.
func existingPaths(paths []string) []string {
	found := make([]string, 0, len(paths))
	for _, path := range paths {
		if !filepath.IsAbs(path) {
			continue
		}
		if _, err := os.Lstat(path); err == nil {
			found = append(found, filepath.Clean(path))
		}
	}
	return found
}
