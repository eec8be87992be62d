package app

import (
	"maps"
	"slices"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
)

// blockade is a server that waits for a person, and for what.
type blockade struct {
	server  uploader.Server
	fault   *fault.Fault
	waiting int // uploads
}

// blockadeOf is the first server that waits for a person; its fault is nil when
// none does.
func blockadeOf(s *uploader.Snapshot) blockade {
	for _, id := range slices.Sorted(maps.Keys(s.Blocked)) {
		server, known := s.Server(id)
		if !known {
			continue
		}
		b := blockade{server: server, fault: s.Blocked[id]}
		for _, t := range s.Transfers {
			if t.Server == id && t.Intent == uploader.IntentRun && (t.Unfinished() || t.State() == uploader.StateSignIn || t.Fault == b.fault) {
				b.waiting++
			}
		}
		return b
	}
	return blockade{}
}
