package app

import (
	"path/filepath"
	"time"

	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
)

// arrivals are the batches added from the window of which it is not known yet
// whether they hold anything. It lives on the UI's goroutine.
type arrivals map[uploader.BatchID][]string

// told returns, in words, what a person would not expect of them: that they turned
// out to hold nothing, or that earlier uploads go on with them. It forgets those
// that are known now.
func (a arrivals) told(s *uploader.Snapshot) []string {
	if len(a) == 0 {
		return nil
	}
	var told []string
	for id, paths := range a {
		batch := s.Batches[id]
		if batch == nil || !batch.Expanded {
			continue
		}
		delete(a, id)
		files, there := foundIn(s, batch)
		switch {
		case files == 0:
			told = append(told, emptySentence(paths))
		case there > 0:
			told = append(told, words.Say("drop.continuing", words.Data{"Size": words.Size(there)}))
		}
	}
	return told
}

// justAdded is for how long before its batch a transfer that is new may seem to
// have been added.
const justAdded = time.Second

// foundIn counts the files of a batch, and the bytes that were across of those
// that earlier uploads go on with.
func foundIn(s *uploader.Snapshot, batch *uploader.Batch) (files int, there int64) {
	for _, t := range s.Transfers {
		if t.Batch != batch.ID {
			continue
		}
		files++
		if t.Unfinished() && t.Added.Before(batch.Added.Add(-justAdded)) {
			there += t.Session.Offset
		}
	}
	return files, there
}

func emptySentence(paths []string) string {
	if len(paths) == 1 {
		return words.Say("drop.empty.one", words.Data{"Folder": words.Printable(filepath.Base(paths[0]))})
	}
	return words.Count("drop.empty", len(paths))
}
