package app

import (
	"fmt"

	"github.com/ferryapp/ferry/app/platform"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
)

// The keys of the notifications about what went wrong.
const (
	noteTrouble = "trouble"
	noteDisk    = "disk"
)

// news is what happened since the last snapshot that somebody who does not look
// at the window wants to hear of: one note for what was added together, never one
// for each file. It lives on the UI's goroutine.
type news struct {
	told    bool // there was a snapshot before
	open    map[uploader.BatchID]bool
	trouble int // transfers that need a person
	disk    *fault.Fault
}

// follow takes the next snapshot in and returns the notes about it.
func (n *news) follow(s *uploader.Snapshot, sum tally) []platform.Note {
	stands := standsOf(s)
	var notes []platform.Note
	if n.told {
		notes = append(n.finished(stands), n.wrong(s, sum)...)
	}
	n.told, n.trouble, n.disk = true, sum.trouble, s.Trouble
	n.open = map[uploader.BatchID]bool{}
	for id, stand := range stands {
		if stand.open {
			n.open[id] = true
		}
	}
	return notes
}

// finished are notes about batches that were under way and are across.
func (n *news) finished(stands map[uploader.BatchID]*stand) []platform.Note {
	var notes []platform.Note
	for id := range n.open {
		stand := stands[id]
		if stand == nil || stand.open || stand.done == 0 {
			continue
		}
		notes = append(notes, platform.Note{
			Key: fmt.Sprintf("finished-%d", id), Title: words.Count("note.finished", stand.done), Body: words.Size(stand.bytes),
		})
	}
	return notes
}

// wrong are notes about what goes no further by itself.
func (n *news) wrong(s *uploader.Snapshot, sum tally) []platform.Note {
	var notes []platform.Note
	if sum.trouble > n.trouble {
		notes = append(notes, platform.Note{
			Key: noteTrouble, Title: words.Count("note.trouble", sum.trouble), Body: words.Say("note.trouble.text"),
		})
	}
	if s.Trouble != nil && n.disk == nil {
		sentence := words.Fault(s.Trouble, words.Subject{})
		notes = append(notes, platform.Note{Key: noteDisk, Title: sentence.Short, Body: sentence.Can})
	}
	return notes
}

// stand is how far a batch is.
type stand struct {
	open  bool // something of it is not final, or still to be found
	done  int
	bytes int64 // of the done ones
}

// standsOf goes over all transfers once. Those of a batch mostly follow each
// other.
func standsOf(s *uploader.Snapshot) map[uploader.BatchID]*stand {
	stands := make(map[uploader.BatchID]*stand, len(s.Batches))
	for id, batch := range s.Batches {
		stands[id] = &stand{open: !batch.Expanded}
	}
	var last uploader.BatchID
	var at *stand
	for _, t := range s.Transfers {
		if at == nil || t.Batch != last {
			last, at = t.Batch, stands[t.Batch]
			if at == nil {
				at = &stand{}
				stands[t.Batch] = at
			}
		}
		switch {
		case t.Phase == uploader.PhaseDone:
			at.done++
			at.bytes += t.Source.Size
		case !t.Phase.Final():
			at.open = true
		}
	}
	return stands
}

// openAt brings the window back, with what a note was about.
func (f *ferry) openAt(key string) {
	f.filter(filterAll)
	if key == noteTrouble {
		f.filter(filterTrouble)
	}
	f.open()
}

// tellNews shows notes about what happened while nobody looked.
func (f *ferry) tellNews(s *uploader.Snapshot, sum tally) {
	for _, note := range f.news.follow(s, sum) {
		if f.window.visible {
			continue
		}
		note.Actions = []platform.Action{{Label: words.Say("tray.open"), Do: func() { f.errands.post(func() { f.openAt(note.Key) }) }}}
		f.note(note)
	}
}
