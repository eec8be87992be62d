package transferlist

import (
	"github.com/ferryapp/ferry/app/view"
	"github.com/ferryapp/ferry/uploader"
)

// Moves returns the commands that move a selection in the queue: one for each section of the
// list, so that what is moved by one passes the row that the list shows beside it. What is
// finished does not move.
func (l *List) Moves(s view.Selection, to uploader.MoveTo) []uploader.Move {
	selected := make(map[int64]bool, len(s.Batches)+len(s.Transfers))
	for _, batch := range s.Batches {
		selected[-int64(batch)] = true
	}
	for _, t := range s.Transfers {
		selected[int64(t.ID)] = true
	}
	var moves []uploader.Move
	for section := range view.SectionFinished {
		move := uploader.Move{Targets: l.targets(selected, section), To: to}
		if len(move.Targets) == 0 {
			continue
		}
		if to == uploader.MoveUp || to == uploader.MoveDown {
			move.Among = l.batchesOf(section)
		}
		moves = append(moves, move)
	}
	return moves
}

// targets returns the targets of the selected rows of a section: one for each row of the outer
// level, and one for all rows of an open batch.
func (l *List) targets(selected map[int64]bool, section view.Section) []uploader.Target {
	var targets []uploader.Target
	indexOf := map[uploader.BatchID]int{} // index of the target for the transfers of a batch
	for i := range l.Len() {
		if !selected[l.ID(i)] || l.outline.Section(i) != section {
			continue
		}
		batch, id := l.outline.BatchAt(i), uploader.TransferID(l.ID(i))
		at, known := indexOf[batch]
		switch outer := l.outline.Parent(i) < 0; {
		case outer && batch != 0:
			targets = append(targets, uploader.Target{Batch: batch})
		case known:
			targets[at].IDs = append(targets[at].IDs, id)
		default:
			indexOf[batch] = len(targets)
			targets = append(targets, uploader.TargetTransfers(id))
		}
	}
	return targets
}

// batchesOf returns the batches of a section that the list shows.
func (l *List) batchesOf(section view.Section) []uploader.BatchID {
	var batches []uploader.BatchID
	for i := range l.Len() {
		if batch := l.outline.BatchAt(i); batch != 0 && l.outline.Parent(i) < 0 && l.outline.Section(i) == section {
			batches = append(batches, batch)
		}
	}
	return batches
}
