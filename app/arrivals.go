package app

import (
	"path/filepath"

	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
)

// arrivals are the batches added from the window of which it is not known yet
// whether they hold anything. It lives on the UI's goroutine.
type arrivals map[uploader.BatchID][]string

// empty returns, in words, which of them turned out to hold nothing, and forgets
// those that are known now.
func (a arrivals) empty(s *uploader.Snapshot) []string {
	if len(a) == 0 {
		return nil
	}
	var found []string
	for id, paths := range a {
		batch := s.Batches[id]
		if batch == nil || !batch.Expanded {
			continue
		}
		delete(a, id)
		if !hasFiles(s, id) {
			found = append(found, emptySentence(paths))
		}
	}
	return found
}

func hasFiles(s *uploader.Snapshot, id uploader.BatchID) bool {
	for _, t := range s.Transfers {
		if t.Batch == id {
			return true
		}
	}
	return false
}

func emptySentence(paths []string) string {
	if len(paths) == 1 {
		return words.Say("drop.empty.one", words.Data{"Folder": words.Printable(filepath.Base(paths[0]))})
	}
	return words.Count("drop.empty", len(paths))
}
