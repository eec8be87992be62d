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
	for _, row := range s.Transfers.Rows() {
		phase, failure := row.Phase(), row.Fault()
		switch {
		case !phase.Final():
			f.Transfers.Set(row.ID(), true)
		case phase != uploader.PhaseFailed:
			f.Except.Set(row.ID(), true)
		case failure != nil && failure.Op == fault.List:
			f.Batches[row.Batch()] = true
			f.Transfers.Set(row.ID(), true)
		default:
			f.Transfers.Set(row.ID(), true)
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
	for _, row := range s.Transfers.Rows() {
		if f.Transfers.Get(row.ID()) && row.Server() == server {
			part.Transfers.Set(row.ID(), true)
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
