package view

import (
	"path/filepath"
	"slices"
	"time"

	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
)

// ScanDelay is how long a scan runs before it is shown. Most are shorter.
const ScanDelay = time.Second

// Scans are the batches that are being scanned, with the time at which that was first
// seen. It lives on the UI's goroutine.
type Scans map[uploader.BatchID]time.Time

// Scan is the progress of the scans that are shown.
type Scan struct {
	Batches []uploader.BatchID
	name    string // of a single folder; "" for several
	files   int
	bytes   int64
}

// Update follows a snapshot, and returns the scans that have been running for ScanDelay.
// Interrupted scans do not run before a person has answered.
func (c Scans) Update(s *uploader.Snapshot, interrupted *Interrupted, now time.Time) Scan {
	for id := range c {
		if batch := s.Batches[id]; batch == nil || batch.Scanned {
			delete(c, id)
		}
	}
	var sum Scan
	for id, batch := range s.Batches {
		if batch.Scanned || batch.Intent != uploader.IntentRun || interrupted != nil && slices.Contains(interrupted.batches, id) {
			continue
		}
		since, known := c[id]
		if !known {
			c[id] = now
		}
		if !known || now.Sub(since) < ScanDelay {
			continue
		}
		sum.add(id, batch, s.BatchTotals[id])
	}
	return sum
}

func (c *Scan) add(id uploader.BatchID, batch *uploader.Batch, sum uploader.BatchTotals) {
	c.Batches = append(c.Batches, id)
	c.files += sum.Files
	c.bytes += sum.Bytes
	c.name = ""
	if len(c.Batches) == 1 && len(batch.Roots) == 1 {
		c.name = words.Printable(filepath.Base(batch.Roots[0]))
	}
}

// Text is the progress in words; "" for no scan.
func (c Scan) Text() string {
	so := words.Join(words.Files(c.files), words.Size(c.bytes))
	switch {
	case len(c.Batches) == 0:
		return ""
	case c.name == "":
		return words.Text("counting", words.Data{"So": so})
	default:
		return words.Text("counting.folder", words.Data{"Folder": c.name, "So": so})
	}
}
