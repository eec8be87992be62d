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
	var messages []string
	for id, paths := range a {
		batch := s.Batches[id]
		if batch == nil || !batch.Scanned {
			continue
		}
		delete(a, id)
		files, uploaded := countFiles(s, batch)
		switch {
		case files == 0:
			messages = append(messages, emptyText(paths))
		case uploaded > 0:
			messages = append(messages, words.Text("drop.continuing", words.Data{"Size": words.Size(uploaded)}))
		}
	}
	return messages
}

// addedTolerance is how long before its batch a new transfer may have been added.
const addedTolerance = time.Second

// countFiles counts the files of a batch, and the bytes that earlier uploads with them
// had uploaded.
func countFiles(s *uploader.Snapshot, batch *uploader.Batch) (files int, uploaded int64) {
	for _, t := range s.Transfers {
		if t.Batch != batch.ID {
			continue
		}
		files++
		if t.Unfinished() && t.Added.Before(batch.Added.Add(-addedTolerance)) {
			uploaded += t.Session.Offset
		}
	}
	return files, uploaded
}

func emptyText(paths []string) string {
	if len(paths) == 1 {
		return words.Text("drop.empty.one", words.Data{"Folder": words.Printable(filepath.Base(paths[0]))})
	}
	return words.Count("drop.empty", len(paths))
}
