package view

import (
	"path/filepath"
	"time"

	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
)

// NewBatches are the batches that were added in this window and whose content is not
// known yet, with their paths. It lives on the UI's goroutine.
type NewBatches map[uploader.BatchID][]string

// Messages returns a message for each batch that turned out to have no files, or with
// which earlier uploads continue. It removes the batches whose content is known.
func (a NewBatches) Messages(s *uploader.Snapshot) []string {
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
		files, there := countFiles(s, batch)
		switch {
		case files == 0:
			told = append(told, emptyText(paths))
		case there > 0:
			told = append(told, words.Say("drop.continuing", words.Data{"Size": words.Size(there)}))
		}
	}
	return told
}

// addedTolerance is how long before its batch a new transfer may have been added.
const addedTolerance = time.Second

// countFiles counts the files of a batch, and the bytes that earlier uploads with them
// had uploaded.
func countFiles(s *uploader.Snapshot, batch *uploader.Batch) (files int, there int64) {
	for _, t := range s.Transfers {
		if t.Batch != batch.ID {
			continue
		}
		files++
		if t.Unfinished() && t.Added.Before(batch.Added.Add(-addedTolerance)) {
			there += t.Session.Offset
		}
	}
	return files, there
}

func emptyText(paths []string) string {
	if len(paths) == 1 {
		return words.Say("drop.empty.one", words.Data{"Folder": words.Printable(filepath.Base(paths[0]))})
	}
	return words.Count("drop.empty", len(paths))
}
