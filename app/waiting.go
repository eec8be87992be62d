package app

import (
	"cmp"
	"path/filepath"

	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
)

// waitingItems are the files and folders that arrived while a dialog was open. They are added
// for the chosen destination when no dialog is open anymore; until then the topmost dialog
// says so.
type waitingItems struct {
	paths   []string
	refused int    // number of items that were rejected
	from    origin // fromProgram if nothing is from the user of the window
}

// add adds files and folders for the chosen destination, after checking in the background
// whether they exist. While a dialog is open they are for that dialog, or wait until it is
// closed, since the destination is behind it. Refused is the number of items already rejected.
func (a *adder) add(paths []string, refused int) { a.addOrWait(fromWindow, paths, refused) }

// addOrWait is add for additions of any origin.
func (a *adder) addOrWait(from origin, paths []string, refused int) {
	drops, open := a.dialogs.Top()
	switch {
	case !open:
		a.addFrom(from, a.destination.server(a.bridge.Snapshot()).ID, paths, refused, uploader.BatchOptions{})
	case drops.Take != nil:
		drops.Take(paths, refused)
	default:
		if from == fromWindow || len(a.waiting.paths) == 0 {
			a.waiting.from = from
		}
		a.waiting.paths = append(a.waiting.paths, paths...)
		a.waiting.refused += refused
		a.showWaiting()
		a.bridge.Refresh() // what waits ends the notice about what follows when all is done
		if !a.window.visible {
			a.showMessage(a.waitingText("waiting.dialog"))
		}
	}
}

// showWaiting says in the topmost dialog what waits until it is closed.
func (a *adder) showWaiting() {
	drops, open := a.dialogs.Top()
	switch {
	case !open:
	case len(a.waiting.paths) == 0:
		a.dialogs.SetNotice("")
	default:
		a.dialogs.SetNotice(a.waitingText(cmp.Or(drops.Notice, "waiting.dialog")))
	}
}

// waitingText returns the sentence with a key about the items that wait.
func (a *adder) waitingText(key string) string {
	server := a.destination.server(a.bridge.Snapshot())
	return words.Count(key, len(a.waiting.paths), words.Data{"Server": words.Server(server)})
}

// dialogsChanged adds what waits once no dialog is open. It waits for what the closed dialog
// does next, such as opening another one or choosing the server that was added.
func (a *adder) dialogsChanged() {
	if _, open := a.dialogs.Top(); open {
		a.showWaiting()
		return
	}
	a.bridge.Post(a.addWaiting)
}

// addWaiting adds what waits, unless a dialog is open.
func (a *adder) addWaiting() {
	waiting := a.waiting
	if _, open := a.dialogs.Top(); open || len(waiting.paths)+waiting.refused == 0 {
		return
	}
	a.waiting = waitingItems{}
	server := a.destination.server(a.bridge.Snapshot()).ID
	if len(waiting.paths) > 0 && a.window.visible { // send tells it if the window is hidden
		a.showMessage(a.addedText(server, waiting.paths))
	}
	a.addFrom(waiting.from, server, waiting.paths, waiting.refused, uploader.BatchOptions{})
}

// addBeforeExit sends the command for what waits, so that it is uploaded after the next
// start. Nothing is counted or checked, which could take long.
func (a *adder) addBeforeExit() {
	if paths := a.takeWaiting(); len(paths) > 0 {
		server := a.destination.server(a.bridge.Snapshot()).ID
		a.bridge.Send(uploader.Add{Batch: uploader.NewBatchID(), Server: server, Paths: paths}, func(error) {})
	}
}

// takeWaiting returns the absolute paths that wait, and forgets what waits.
func (a *adder) takeWaiting() []string {
	var paths []string
	for _, path := range a.waiting.paths {
		if filepath.IsAbs(path) {
			paths = append(paths, filepath.Clean(path))
		}
	}
	a.waiting = waitingItems{}
	return paths
}
