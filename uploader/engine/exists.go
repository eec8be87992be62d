package engine

import (
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/lifecycle"
)

// resolveExists applies a decision about files whose name exists on the server, and saves
// it with the batches of the target for the files that are still to be found.
func (l *loop) resolveExists(c uploader.ResolveExists) {
	if c.Policy == uploader.ExistsAsk {
		return
	}
	s := l.state
	for id, b := range s.batches {
		if c.Target.CoversBatch(id) && l.canResolve(b.Server, c.Policy) && b.Options.Exists != c.Policy {
			next := *b
			next.Options.Exists = c.Policy
			s.keepBatch(next)
		}
	}
	s.forEach(c.Target, func(ids []uploader.TransferID) {
		for _, id := range ids {
			if l.canResolve(s.table.Get(id).Server, c.Policy) {
				s.apply(id, lifecycle.ExistsResolved{Policy: c.Policy})
			}
		}
	})
}

// canResolve reports whether a policy is possible with a server.
func (l *loop) canResolve(server uploader.ServerID, policy uploader.ExistsPolicy) bool {
	used, _ := l.servers.used(server)
	return policy != uploader.ExistsOverwrite || used.Options.CanOverwrite()
}
