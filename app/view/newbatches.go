package view

import (
	"path/filepath"
	"time"

	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
)

// AddedBatches are the batches that were added in this window and are still being scanned.
// It must be used on the UI goroutine.
type AddedBatches map[uploader.BatchID]addedBatch

type addedBatch struct {
	paths    []string
	received bool // the engine has it: it is in every snapshot until it is removed
}

// Add adds a batch that is about to be sent to the engine.
func (n AddedBatches) Add(id uploader.BatchID, paths []string) { n[id] = addedBatch{paths: paths} }

// Answered is called when the command that adds a batch has a result. A batch that is not
// in the newest snapshot then was not added.
func (n AddedBatches) Answered(id uploader.BatchID, newest *uploader.Snapshot) {
	added, known := n[id]
	switch {
	case !known:
	case newest.Batches[id] == nil:
		delete(n, id)
	default:
		added.received = true
		n[id] = added
	}
}

// Messages removes the batches that were removed or whose scan has finished. It returns a
// message for each of them that has no files, continues earlier uploads, or has folders
// with links or other entries that are not uploaded.
func (n AddedBatches) Messages(s *uploader.Snapshot) []string {
	if len(n) == 0 {
		return nil
	}
	var messages []string
	for id, added := range n {
		batch := s.Batches[id]
		if batch == nil && added.received {
			delete(n, id)
		}
		if batch == nil || !batch.Scanned {
			continue
		}
		delete(n, id)
		if message := addedText(s, batch, added.paths); message != "" {
			messages = append(messages, message)
		}
	}
	return messages
}

// addedText returns the text about a batch whose scan has finished; "" if there is nothing
// to tell. A message is one line, so it does not say how to include links.
func addedText(s *uploader.Snapshot, batch *uploader.Batch, paths []string) string {
	skipped := words.Sentences(words.SkippedLinks(batch), words.SkippedSpecial(batch))
	switch files, uploaded := countFiles(s, batch); {
	case files == 0:
		return words.Sentences(emptyText(paths), skipped)
	case uploaded > 0:
		return words.Join(words.Text("drop.continuing", words.Data{"Size": words.Size(uploaded)}), skipped)
	default:
		return skipped
	}
}

// addedTolerance is how much earlier than its batch a new transfer may have been added.
const addedTolerance = time.Second

// countFiles returns the number of files of a batch, and of the bytes that were uploaded
// of them before.
func countFiles(s *uploader.Snapshot, batch *uploader.Batch) (files int, uploaded int64) {
	for _, row := range s.Transfers.Rows() {
		if row.Batch() != batch.ID {
			continue
		}
		files++
		if row.Acknowledged() == 0 {
			continue
		}
		t := row.Transfer()
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
