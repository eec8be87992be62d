package app

import (
	"path/filepath"

	"github.com/ferryapp/ferry/app/platform"
	"github.com/ferryapp/ferry/app/settings"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
)

// The keys of the notifications about uploads. There is one of each at most: a
// newer one takes the place of the one before, and counts on.
const (
	noteFinished = "finished"
	noteTrouble  = "trouble"
	noteDisk     = "disk"
)

// news is what happened since the last snapshot that somebody who does not look
// at the window wants to hear of: when all that was added together is across, and
// never each file of it. It lives on the UI's goroutine.
type news struct {
	told    bool // there was a snapshot before
	open    map[uploader.BatchID]bool
	trouble int // transfers that need a person
	disk    *fault.Fault
	unread  stand // what finished since somebody looked
}

// follow takes the next snapshot in and returns the notes about it.
func (n *news) follow(s *uploader.Snapshot, sum tally) []platform.Note {
	open := openIn(s)
	var notes []platform.Note
	if n.told {
		notes = append(n.finished(s, open), n.wrong(s, sum)...)
	}
	n.told, n.trouble, n.disk, n.open = true, sum.trouble, s.Trouble, open
	return notes
}

// seen forgets what the window shows.
func (n *news) seen() { n.unread = stand{} }

// finished is a note about batches that were under way and are across.
func (n *news) finished(s *uploader.Snapshot, open map[uploader.BatchID]bool) []platform.Note {
	stands := map[uploader.BatchID]*stand{}
	for id := range n.open {
		if !open[id] {
			stands[id] = &stand{}
		}
	}
	countAcross(stands, s)
	before := n.unread.done
	for _, stand := range stands {
		if stand.done > 0 {
			n.unread.take(stand)
		}
	}
	if n.unread.done == before {
		return nil
	}
	return []platform.Note{{
		Key: noteFinished, Title: words.Count("note.finished", n.unread.done),
		Body: words.Join(words.Printable(n.unread.name), words.Size(n.unread.bytes)),
	}}
}

// wrong are notes about what goes no further by itself.
func (n *news) wrong(s *uploader.Snapshot, sum tally) []platform.Note {
	var notes []platform.Note
	if sum.trouble > n.trouble {
		notes = append(notes, platform.Note{Key: noteTrouble, Title: words.Count("note.trouble", sum.trouble), Body: troubleIn(s, sum.trouble)})
	}
	if s.Trouble != nil && n.disk == nil {
		sentence := words.Fault(s.Trouble, words.Subject{})
		notes = append(notes, platform.Note{Key: noteDisk, Title: sentence.Short, Body: sentence.Can})
	}
	return notes
}

// troubleIn says what so many uploads need a person for, as far as it is one thing.
func troubleIn(s *uploader.Snapshot, n int) string {
	var first *uploader.Transfer
	for _, t := range s.Transfers {
		state := t.State()
		switch {
		case !needsPerson(state):
			continue
		case first == nil:
			first = t
		}
		if n > 1 && (state != uploader.StateSignIn || t.Server != first.Server) {
			return words.Say("note.trouble.text")
		}
	}
	if first == nil {
		return words.Say("note.trouble.text")
	}
	if first.State() == uploader.StateSignIn {
		server, _ := s.Server(first.Server)
		return words.Say("note.sign-in", words.Data{"Server": words.Server(server)})
	}
	return words.Join(words.Printable(first.Source.Name()), words.Fault(first.Fault, words.Subject{}).Short)
}

// stand is what is across of a batch, or of several.
type stand struct {
	batches int    // as which it was added
	name    string // of the one thing it is; "" for several
	done    int
	bytes   int64
}

// take adds another batch that is across.
func (s *stand) take(other *stand) {
	if s.batches++; s.batches == 1 {
		s.name = other.name
	} else {
		s.name = ""
	}
	s.done += other.done
	s.bytes += other.bytes
}

// openIn are the batches of which something is not final, or still to be found.
func openIn(s *uploader.Snapshot) map[uploader.BatchID]bool {
	open := map[uploader.BatchID]bool{}
	for id, sum := range s.Sums {
		if sum.Files > sum.Count[uploader.StateDone]+sum.Count[uploader.StateCancelled]+troubled(sum) {
			open[id] = true
		}
	}
	for id, batch := range s.Batches {
		if !batch.Expanded {
			open[id] = true
		}
	}
	return open
}

// countAcross finds out what is across of these batches. It goes over all transfers, when
// there are any batches.
func countAcross(stands map[uploader.BatchID]*stand, s *uploader.Snapshot) {
	if len(stands) == 0 {
		return
	}
	for id, stand := range stands {
		if batch := s.Batches[id]; batch != nil && len(batch.Roots) == 1 {
			stand.name = filepath.Base(batch.Roots[0])
		}
	}
	for _, t := range s.Transfers {
		if stand := stands[t.Batch]; stand != nil && t.Phase == uploader.PhaseDone {
			stand.done++
			stand.bytes += t.Source.Size
		}
	}
}

// wanted reports whether the user wants to be told.
func wanted(key string, chosen settings.Notifications) bool {
	if key == noteFinished {
		return chosen.Finished
	}
	return chosen.NeedsYou
}
