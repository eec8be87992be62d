package view

import (
	"slices"
	"time"

	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
)

// ScanDelay is how long a scan runs before its progress is shown. Most scans are shorter.
const ScanDelay = time.Second

// Scans are the batches that are being scanned, with the time at which each was first
// seen. It must be used on the UI goroutine.
type Scans map[uploader.BatchID]time.Time

// Scan is the combined progress of the scans that are shown.
type Scan struct {
	Batches []uploader.BatchID
	name    string // of a single folder; "" for several
	files   int
	bytes   int64
	listed  int // files of all of them; 0 if that is not known of each
}

// Update updates the set from a snapshot, and returns the scans that have been running for
// ScanDelay. Interrupted scans do not run before the user has decided.
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
		sum.add(id, batch, s.BatchTotals[id], s.Listed[id])
	}
	return sum
}

func (s *Scan) add(id uploader.BatchID, batch *uploader.Batch, sum uploader.BatchTotals, listed int) {
	if s.listed += listed; listed == 0 || s.listed == listed && len(s.Batches) > 0 {
		s.listed = 0
	}
	s.Batches = append(s.Batches, id)
	s.files += sum.Files
	s.bytes += sum.Bytes
	s.name = ""
	if len(s.Batches) == 1 {
		s.name = words.Printable(rootName(batch))
	}
}

// Text returns the text of the progress; "" if there is no scan.
func (s Scan) Text() string {
	soFar := words.Join(words.Files(s.files), words.Size(s.bytes))
	if s.listed > 0 {
		soFar = words.FilesOf(min(s.files, s.listed), s.listed)
	}
	switch named := s.name != ""; {
	case len(s.Batches) == 0:
		return ""
	case s.listed > 0 && named:
		return words.Text("adding.folder", words.Data{"Folder": s.name, "So": soFar})
	case s.listed > 0:
		return words.Text("adding", words.Data{"So": soFar})
	case named:
		return words.Text("counting.folder", words.Data{"Folder": s.name, "So": soFar})
	default:
		return words.Text("counting", words.Data{"So": soFar})
	}
}
