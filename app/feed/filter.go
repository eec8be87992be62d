package feed

import (
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
)

// Filter selects transfers: those of Batches without those in Except, and those in
// Transfers.
type Filter struct {
	Batches   map[uploader.BatchID]bool
	Except    map[uploader.TransferID]bool
	Transfers map[uploader.TransferID]bool
}

// Batch returns a filter for one batch.
func Batch(id uploader.BatchID) Filter {
	return Filter{Batches: map[uploader.BatchID]bool{id: true}}
}

// Unfinished returns a filter for the unfinished and failed transfers of s, and for
// the ones that a scan will still add: of batches that are not fully scanned, and
// of folders that could not be listed and are scanned again on retry.
func Unfinished(s *uploader.Snapshot) Filter {
	f := Filter{
		Batches: map[uploader.BatchID]bool{}, Except: map[uploader.TransferID]bool{},
		Transfers: map[uploader.TransferID]bool{},
	}
	for _, t := range s.Transfers {
		switch {
		case t.Unfinished():
			f.Transfers[t.ID] = true
		case t.Phase != uploader.PhaseFailed:
			f.Except[t.ID] = true
		case t.Fault != nil && t.Fault.Op == fault.List:
			f.Batches[t.Batch] = true
			f.Transfers[t.ID] = true
		default:
			f.Transfers[t.ID] = true
		}
	}
	for id, batch := range s.Batches {
		if !batch.Scanned {
			f.Batches[id] = true
		}
	}
	return f
}

// ForServer returns the part of f that is for one server.
func (f Filter) ForServer(s *uploader.Snapshot, server uploader.ServerID) Filter {
	part := Filter{Batches: map[uploader.BatchID]bool{}, Except: f.Except, Transfers: map[uploader.TransferID]bool{}}
	for id := range f.Batches {
		if batch := s.Batches[id]; batch != nil && batch.Server == server {
			part.Batches[id] = true
		}
	}
	for _, t := range s.Transfers {
		if f.Transfers[t.ID] && t.Server == server {
			part.Transfers[t.ID] = true
		}
	}
	return part
}

// Empty reports whether f selects nothing.
func (f Filter) Empty() bool { return len(f.Batches) == 0 && len(f.Transfers) == 0 }

func (f Filter) matches(t *uploader.Transfer) bool {
	return f.Transfers[t.ID] || f.Batches[t.Batch] && !f.Except[t.ID]
}

// scanned reports whether all of the filter's batches are fully scanned, so that
// no more transfers are added.
func (f Filter) scanned(s *uploader.Snapshot) bool {
	for id := range f.Batches {
		if batch := s.Batches[id]; batch != nil && !batch.Scanned {
			return false
		}
	}
	return true
}
