package view

import (
	"maps"
	"slices"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
)

// Blocked is a server to which nothing is sent until the user resolves a fault.
type Blocked struct {
	Server  uploader.Server
	Fault   *fault.Fault
	Waiting int // number of uploads
}

// FirstBlocked returns the blocked server with the lowest ID; its Fault is nil if there
// is none.
func FirstBlocked(s *uploader.Snapshot) Blocked {
	for _, id := range slices.Sorted(maps.Keys(s.Blocked)) {
		server, known := s.Server(id)
		if !known {
			continue
		}
		b := Blocked{Server: server, Fault: s.Blocked[id]}
		for _, row := range s.Transfers.Rows() {
			if row.Server() == id && row.Intent() == uploader.IntentRun && (!row.Phase().Final() || row.State() == uploader.StateSignIn || row.HasFault() && row.Fault().Same(b.Fault)) {
				b.Waiting++
			}
		}
		return b
	}
	return Blocked{}
}
