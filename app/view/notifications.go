package view

import (
	"github.com/ferryapp/ferry/app/settings"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
)

// The keys of the notifications about uploads. A new notification replaces the last one
// with the same key.
const (
	NoteFinished  = "finished"
	NoteAttention = "trouble"
	noteDisk      = "disk"
)

// Notification is the text of a desktop notification.
type Notification struct{ Key, Title, Body string }

// Notifications compares each snapshot with the previous one to find what the user is
// notified about: finished batches, transfers that need attention, and errors of the
// store. It must be used on the UI goroutine.
type Notifications struct {
	started        bool // there was an earlier snapshot
	openBatches    map[uploader.BatchID]bool
	needsAttention int // number of transfers
	storeFault     *fault.Fault
	finishedUnseen batchStats // since Reset
}

// Update compares the next snapshot with the previous one, and returns the notifications
// for the changes.
func (n *Notifications) Update(s *uploader.Snapshot, counts Counts) []Notification {
	open := findOpenBatches(s)
	var notes []Notification
	if n.started {
		notes = append(n.finishedNotes(s, open), n.problemNotes(s, counts)...)
	}
	n.started, n.needsAttention, n.storeFault, n.openBatches = true, counts.needsAttention, s.StoreFault, open
	return notes
}

// Reset makes the next notification about finished batches count from zero. It is called
// when the user has seen the window.
func (n *Notifications) Reset() { n.finishedUnseen = batchStats{} }

// finishedNotes returns a notification about batches that have finished.
func (n *Notifications) finishedNotes(s *uploader.Snapshot, open map[uploader.BatchID]bool) []Notification {
	stats := map[uploader.BatchID]*batchStats{}
	for id := range n.openBatches {
		if !open[id] {
			stats[id] = &batchStats{}
		}
	}
	countFinished(stats, s)
	before := n.finishedUnseen.done
	for _, batch := range stats {
		if batch.done > 0 {
			n.finishedUnseen.add(batch)
		}
	}
	if n.finishedUnseen.done == before {
		return nil
	}
	return []Notification{{
		Key: NoteFinished, Title: words.Count("note.finished", n.finishedUnseen.done),
		Body: words.Join(words.Printable(n.finishedUnseen.name), words.Size(n.finishedUnseen.bytes)),
	}}
}

// problemNotes returns notifications about transfers that need attention and errors of
// the store.
func (n *Notifications) problemNotes(s *uploader.Snapshot, counts Counts) []Notification {
	var notes []Notification
	if counts.needsAttention > n.needsAttention {
		notes = append(notes, Notification{Key: NoteAttention, Title: words.Count("note.trouble", counts.needsAttention), Body: problemText(s, counts.needsAttention)})
	}
	if s.StoreFault != nil && n.storeFault == nil {
		texts := words.Fault(s.StoreFault, words.Subject{})
		notes = append(notes, Notification{Key: noteDisk, Title: texts.Short, Body: texts.Can})
	}
	return notes
}

// problemText returns what is wrong with n transfers, if it is the same for all of them.
func problemText(s *uploader.Snapshot, n int) string {
	var first *uploader.Transfer
	for _, row := range s.Transfers.Rows() {
		state := row.State()
		switch {
		case !NeedsAttention(state):
			continue
		case first == nil:
			first = row.Transfer()
		}
		if n > 1 && (state != uploader.StateSignIn || row.Server() != first.Server) {
			return words.Text("note.trouble.text")
		}
	}
	if first == nil {
		return words.Text("note.trouble.text")
	}
	if first.State() == uploader.StateSignIn {
		server, _ := s.Server(first.Server)
		return words.Text("note.sign-in", words.Data{"Server": words.Server(server)})
	}
	return words.Join(words.Printable(first.Source.Name()), words.Fault(first.Fault, words.Subject{}).Short)
}

// batchStats are the finished transfers of one or more batches.
type batchStats struct {
	batches int    // number of batches
	name    string // of a single batch; "" for several
	done    int
	bytes   int64
}

// add adds the finished transfers of another batch.
func (s *batchStats) add(other *batchStats) {
	if s.batches++; s.batches == 1 {
		s.name = other.name
	} else {
		s.name = ""
	}
	s.done += other.done
	s.bytes += other.bytes
}

// findOpenBatches returns the batches that are being scanned or have transfers that are not
// final.
func findOpenBatches(s *uploader.Snapshot) map[uploader.BatchID]bool {
	open := map[uploader.BatchID]bool{}
	for id, sum := range s.BatchTotals {
		if sum.Files > sum.Count[uploader.StateDone]+sum.Count[uploader.StateCancelled]+attentionCount(sum) {
			open[id] = true
		}
	}
	for id, batch := range s.Batches {
		if !batch.Scanned {
			open[id] = true
		}
	}
	return open
}

// countFinished counts the finished transfers of these batches. It iterates over all
// transfers if there are any batches.
func countFinished(stats map[uploader.BatchID]*batchStats, s *uploader.Snapshot) {
	if len(stats) == 0 {
		return
	}
	for id, stat := range stats {
		if batch := s.Batches[id]; batch != nil {
			stat.name = rootName(batch)
		}
	}
	for _, row := range s.Transfers.Rows() {
		if stat := stats[row.Batch()]; stat != nil && row.Phase() == uploader.PhaseDone {
			stat.done++
			stat.bytes += row.Size()
		}
	}
}

// NotificationWanted reports whether the settings allow a notification.
func NotificationWanted(key string, s settings.Notifications) bool {
	if key == NoteFinished {
		return s.Finished
	}
	return s.NeedsAttention
}
