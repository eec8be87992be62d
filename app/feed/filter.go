package feed

import (
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/paged"
)

// Filter selects transfers: those of Batches without those in Except, and those in
// Transfers. It is not changed once it is made: copies share their sets.
type Filter struct {
	Batches   map[uploader.BatchID]bool
	Except    paged.Map[uploader.TransferID, bool]
	Transfers paged.Map[uploader.TransferID, bool]
}

// Batch returns a filter for one batch.
func Batch(id uploader.BatchID) Filter {
	return Filter{Batches: map[uploader.BatchID]bool{id: true}}
}

// Unfinished returns a filter for the unfinished and failed transfers of s, and for
// the ones that a scan will still add: of batches that are not fully scanned, and
// of folders that could not be listed and are scanned again on retry.
func Unfinished(s *uploader.Snapshot) Filter {
	f := Filter{Batches: map[uploader.BatchID]bool{}}
	for t := range s.Transfers.Values() {
		switch {
		case t.Unfinished():
			f.Transfers.Set(t.ID, true)
		case t.Phase != uploader.PhaseFailed:
			f.Except.Set(t.ID, true)
		case t.Fault != nil && t.Fault.Op == fault.List:
			f.Batches[t.Batch] = true
			f.Transfers.Set(t.ID, true)
		default:
			f.Transfers.Set(t.ID, true)
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
	part := Filter{Batches: map[uploader.BatchID]bool{}, Except: f.Except}
	for id := range f.Batches {
		if batch := s.Batches[id]; batch != nil && batch.Server == server {
			part.Batches[id] = true
		}
	}
	for t := range s.Transfers.Values() {
		if f.Transfers.Get(t.ID) && t.Server == server {
			part.Transfers.Set(t.ID, true)
		}
	}
	return part
}

// Empty reports whether f selects nothing.
func (f Filter) Empty() bool { return len(f.Batches) == 0 && f.Transfers.Len() == 0 }

func (f Filter) matches(t *uploader.Transfer) bool {
	return f.Transfers.Get(t.ID) || f.Batches[t.Batch] && !f.Except.Get(t.ID)
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
