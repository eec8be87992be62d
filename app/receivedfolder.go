package app

import (
	"context"
	"log/slog"

	"github.com/ferryapp/ferry/app/bridge"
	"github.com/ferryapp/ferry/app/platform"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
)

// receivedFolder changes the folder in which the built-in receiver puts files. It must be
// used on the UI goroutine.
type receivedFolder struct {
	bridge      *bridge.Bridge
	files       *fileDialogs
	set         func(ctx context.Context, dir string) error // see Config.SetReceivedDir
	changed     func(dir string)
	log         *slog.Logger
	showMessage func(text string)
}

// choose asks for another folder, unless something is unfinished that is partly in the
// present one.
func (r *receivedFolder) choose() {
	if r.refuse() {
		return
	}
	question := platform.ChooserOptions{Title: words.Text("received.choose"), AcceptLabel: words.Text("received.accept")}
	r.files.chooseFolders(question, func(paths []string) { r.change(paths[0]) })
}

// refuse shows why the folder cannot be changed now, and reports whether that is so.
func (r *receivedFolder) refuse() bool {
	n := unfinishedHere(r.bridge.Snapshot())
	if n > 0 {
		r.showMessage(words.Count("received.busy", n))
	}
	return n > 0
}

// change changes the folder, unless an upload was added while the user chose it.
func (r *receivedFolder) change(dir string) {
	if r.refuse() {
		return
	}
	r.bridge.Run(func(ctx context.Context) {
		err := r.set(ctx, dir)
		if err != nil && ctx.Err() == nil {
			r.log.Warn("change folder of the built-in receiver failed", "err", err)
		}
		r.bridge.Post(func() {
			name := words.Data{"Folder": words.Printable(dir)}
			if err != nil {
				r.showMessage(words.Text("received.failed", name))
				return
			}
			r.changed(dir)
			r.showMessage(words.Text("received.changed", name))
		})
	})
}

// unfinishedHere returns how many uploads to the built-in receiver are not finished.
func unfinishedHere(s *uploader.Snapshot) int {
	n := 0
	for t := range s.Transfers.Values() {
		final := t.Phase == uploader.PhaseDone || t.Phase == uploader.PhaseCancelled
		if t.Server == uploader.BuiltinServer && !final && (t.Unfinished() || t.Session.Begun()) {
			n++
		}
	}
	return n
}
