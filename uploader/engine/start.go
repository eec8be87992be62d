package engine

import (
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/admission"
	"github.com/ferryapp/ferry/uploader/lifecycle"
	"github.com/ferryapp/ferry/uploader/table"
)

// load starts what was saved, after a shutdown as after a crash: what was being sent is
// queued again. If the loop has the first transfers only, it starts these.
func (l *loop) load() {
	if l.loading == nil {
		l.moveBuiltin()
	}
	for t := range l.state.table.All() {
		l.restore(t)
	}
	l.putUploadURLs()
	if l.loading == nil {
		l.allRestored()
	}
}

// moveBuiltin moves the uploads to the built-in receiver to its endpoint in this run.
func (l *loop) moveBuiltin() {
	builtin := l.servers.byID[uploader.BuiltinServer]
	if l.engine.isMoved(builtin) {
		l.moveServer(builtin, l.engine.config.BuiltinEndpoint)
		builtin.Endpoint = l.engine.config.BuiltinEndpoint
		l.putServer(builtin)
	}
}

// restore starts a transfer that was loaded.
func (l *loop) restore(t *uploader.Transfer) {
	l.state.applyTo(t, lifecycle.Restored{Ask: l.engine.config.AskBeforeResume})
	switch {
	case t.Removed():
		l.state.drop(t)
	case t.Phase == uploader.PhaseFailed && admission.AwaitsAnswer(t.Fault):
		l.admission.Block(t.Server, t.Fault)
	}
}

func (l *loop) putUploadURLs() {
	for t := range l.state.table.Resumable() {
		if t.Session.URL != "" {
			l.workers.uploadURLs.Put(t.Session.URL, table.URLOwner{ID: t.ID, Part: table.WholeFile})
		}
	}
}

// allRestored starts what depends on all transfers.
func (l *loop) allRestored() {
	s := l.state
	l.removeUsedURLs()
	for _, b := range s.orderedBatches() {
		if !b.Scanned && !l.engine.config.AskBeforeResume {
			l.scans.scan(b.ID)
		}
	}
	s.unpublished, s.publishNow = true, true
}
