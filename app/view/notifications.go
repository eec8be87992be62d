package view

import (
	"cmp"
	"maps"
	"slices"
	"strings"

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

// maxNoteNames is how many batches a notification names.
const maxNoteNames = 2

// maxNoteFiles is the number of finished transfers above which a notification does not list
// them.
const maxNoteFiles = 1000

// Notification is the content of a desktop notification.
type Notification struct {
	Key, Title, Body string
	Finished         []uploader.TransferID // what NoteFinished is about; nil for more than maxNoteFiles
}

// Transfers returns the transfers in Finished that are still in the list.
func (n Notification) Transfers(s *uploader.Snapshot) []*uploader.Transfer {
	if len(n.Finished) == 0 {
		return nil
	}
	wanted := make(map[uploader.TransferID]bool, len(n.Finished))
	for _, id := range n.Finished {
		wanted[id] = true
	}
	var found []*uploader.Transfer
	for _, row := range s.Transfers.Rows() {
		if wanted[row.ID()] {
			found = append(found, row.Transfer())
		}
	}
	return found
}

// Notifications compares each snapshot with the previous one to find what the user is
// notified about: finished batches, transfers that need attention, and errors of the
// store. It must be used on the UI goroutine.
type Notifications struct {
	started        bool                     // there was an earlier snapshot
	reported       map[uploader.BatchID]int // how many finished transfers of a batch were counted
	needsAttention int                      // number of transfers
	storeFault     *fault.Fault
	unseen         finished // since Reset
}

// Update compares the next snapshot with the previous one, and returns the notifications
// for the changes.
func (n *Notifications) Update(s *uploader.Snapshot, counts Counts) []Notification {
	news := n.countFinished(s)
	var notes []Notification
	if n.started {
		notes = append(n.finishedNotes(s, news), n.problemNotes(s, counts)...)
	}
	n.started, n.needsAttention, n.storeFault = true, counts.needsAttention, s.StoreFault
	return notes
}

// Reset makes the next notification about finished batches count from zero. It is called
// when the user has seen the window.
func (n *Notifications) Reset() { n.unseen = finished{} }

// countFinished returns, for the batches in which nothing is left to do, how many transfers
// finished that were not counted before. A batch that was added and finished since the
// previous snapshot counts too.
func (n *Notifications) countFinished(s *uploader.Snapshot) map[uploader.BatchID]int {
	reported, news := make(map[uploader.BatchID]int, len(s.BatchTotals)), map[uploader.BatchID]int{}
	for id, sum := range s.BatchTotals {
		before, done := n.reported[id], sum.Count[uploader.StateDone]
		if isOpen(s, id, sum) {
			reported[id] = min(before, done)
			continue
		}
		if reported[id] = done; done > before {
			news[id] = done - before
		}
	}
	n.reported = reported
	return news
}

// isOpen reports whether a batch is being scanned or has transfers that are neither final
// nor need attention.
func isOpen(s *uploader.Snapshot, id uploader.BatchID, sum uploader.BatchTotals) bool {
	if batch := s.Batches[id]; batch != nil && !batch.Scanned {
		return true
	}
	return sum.Files > sum.Count[uploader.StateDone]+sum.Count[uploader.StateCancelled]+attentionCount(sum)
}

// finishedNotes returns a notification about the batches in which that many transfers
// finished.
func (n *Notifications) finishedNotes(s *uploader.Snapshot, news map[uploader.BatchID]int) []Notification {
	if len(news) == 0 {
		return nil
	}
	for _, id := range slices.Sorted(maps.Keys(news)) {
		n.unseen.add(noteName(s, id), news[id])
	}
	n.unseen.addTransfers(newestDone(s, news))
	return []Notification{{
		Key: NoteFinished, Title: words.Count("note.finished", n.unseen.count),
		Body: words.Join(n.unseen.nameList(), words.Size(n.unseen.bytes)), Finished: n.unseen.transfers,
	}}
}

// noteName returns the name of a batch; "" if it has none.
func noteName(s *uploader.Snapshot, id uploader.BatchID) string {
	batch := s.Batches[id]
	if batch == nil || len(batch.Roots) == 0 {
		return ""
	}
	return batchName(batch, s.BatchTotals[id])
}

// newestDone returns the transfers that finished last in each batch, as many as news says.
// It iterates over all transfers.
func newestDone(s *uploader.Snapshot, news map[uploader.BatchID]int) []*uploader.Transfer {
	done := map[uploader.BatchID][]*uploader.Transfer{}
	for _, row := range s.Transfers.Rows() {
		if batch := row.Batch(); row.Phase() == uploader.PhaseDone && news[batch] > 0 {
			done[batch] = append(done[batch], row.Transfer())
		}
	}
	var newest []*uploader.Transfer
	for _, id := range slices.Sorted(maps.Keys(done)) {
		all := done[id]
		if n := news[id]; n < len(all) {
			slices.SortStableFunc(all, func(a, b *uploader.Transfer) int { return cmp.Compare(a.Finished, b.Finished) })
			all = all[len(all)-n:]
		}
		newest = append(newest, all...)
	}
	return newest
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

// finished are the transfers that finished in one or more batches.
type finished struct {
	batches   int
	names     []string // of the first maxNoteNames batches
	count     int      // of transfers
	bytes     int64
	transfers []uploader.TransferID // nil for more than maxNoteFiles
}

// add adds a batch with that many finished transfers.
func (f *finished) add(name string, count int) {
	f.batches++
	f.count += count
	if name != "" && len(f.names) < maxNoteNames {
		f.names = append(f.names, name)
	}
}

func (f *finished) addTransfers(transfers []*uploader.Transfer) {
	for _, t := range transfers {
		f.bytes += t.Source.Size
		f.transfers = append(f.transfers, t.ID)
	}
	if f.count > maxNoteFiles {
		f.transfers = nil
	}
}

// nameList returns the names of the batches as text; "" if none has a name.
func (f *finished) nameList() string {
	names := strings.Join(f.names, words.Text("note.and"))
	if more := f.batches - len(f.names); more > 0 && names != "" {
		return words.Count("note.more", more, words.Data{"Names": names})
	}
	return names
}

// NotificationWanted reports whether the settings allow a notification.
func NotificationWanted(key string, s settings.Notifications) bool {
	if key == NoteFinished {
		return s.Finished
	}
	return s.NeedsAttention
}
