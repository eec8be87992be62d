package app

import (
	"path/filepath"
	"slices"
	"time"

	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
)

// countingShown is for how long a folder is being counted before that is said.
// Most are counted sooner.
const countingShown = time.Second

// counting is what is being looked through for files, and since when. It lives on
// the UI's goroutine.
type counting map[uploader.BatchID]time.Time

// count is how far counting is.
type count struct {
	batches []uploader.BatchID
	name    string // of the one folder it is about; "" for several
	files   int
	bytes   int64
}

// follow takes the next snapshot in and returns what has been counted for long
// enough to speak of it. Left is not looked through before a person has decided.
func (c counting) follow(s *uploader.Snapshot, left *leftover, now time.Time) count {
	for id := range c {
		if batch := s.Batches[id]; batch == nil || batch.Expanded {
			delete(c, id)
		}
	}
	var sum count
	for id, batch := range s.Batches {
		if batch.Expanded || batch.Intent != uploader.IntentRun || left != nil && slices.Contains(left.batches, id) {
			continue
		}
		since, known := c[id]
		if !known {
			c[id] = now
		}
		if !known || now.Sub(since) < countingShown {
			continue
		}
		sum.take(id, batch, s.Sums[id])
	}
	return sum
}

func (c *count) take(id uploader.BatchID, batch *uploader.Batch, sum uploader.Sum) {
	c.batches = append(c.batches, id)
	c.files += sum.Files
	c.bytes += sum.Bytes
	c.name = ""
	if len(c.batches) == 1 && len(batch.Roots) == 1 {
		c.name = words.Printable(filepath.Base(batch.Roots[0]))
	}
}

// sentence says how far it is; "" when nothing is being counted.
func (c count) sentence() string {
	so := words.Join(words.Files(c.files), words.Size(c.bytes))
	switch {
	case len(c.batches) == 0:
		return ""
	case c.name == "":
		return words.Say("counting", words.Data{"So": so})
	default:
		return words.Say("counting.folder", words.Data{"Folder": c.name, "So": so})
	}
}
