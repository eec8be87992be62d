package engine

import (
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/lifecycle"
)

// takeUp is the way from what was saved to a running engine, the same after a
// quit, a crash and a power cut: whatever was under way stands in line again.
func (l *loop) takeUp() {
	if builtin := l.servers[uploader.BuiltinServer]; l.engine.config.Builtin != "" && builtin.Endpoint != l.engine.config.Builtin {
		old := builtin
		builtin.Endpoint = l.engine.config.Builtin
		l.move(old, builtin.Endpoint)
		l.servers[uploader.BuiltinServer] = builtin
		l.pending.Servers = append(l.pending.Servers, builtin)
	}
	for t := range l.table.All() {
		l.feed(t.ID, lifecycle.Restored{Ask: l.engine.config.Ask})
		if t.Phase == uploader.PhaseFailed && closes(t.Fault) && t.Fault.Kind == fault.Auth {
			l.gates[t.Server] = gate{fault: t.Fault} // the user is still to sign in; all else may be better by now
		}
		if t.Removed() {
			l.drop(t)
		}
	}
	for _, b := range l.batches {
		if !b.Expanded && !l.engine.config.Ask {
			l.walk(b.ID)
		}
	}
	l.stale, l.urgent = true, true
}
