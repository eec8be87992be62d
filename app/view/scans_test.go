package view

import (
	"testing"

	"github.com/ferryapp/ferry/app/internal/apptest"
	"github.com/ferryapp/ferry/uploader"
)

func TestScans(t *testing.T) {
	apptest.LoadEnglish(t)
	scanning := func(roots ...string) *uploader.Snapshot {
		s := apptest.Snapshot(apptest.Transfer(1, apptest.InBatch(2)), apptest.Transfer(3, apptest.InBatch(2)))
		s.Batches[2] = &uploader.Batch{ID: 2, Roots: roots}
		s.BatchTotals = map[uploader.BatchID]uploader.BatchTotals{2: {Files: 42_000, Bytes: 12 * apptest.Gigabyte}}
		return s
	}
	listed := func(s *uploader.Snapshot, other int) *uploader.Snapshot {
		s.Batches[4] = &uploader.Batch{ID: 4, Roots: []string{"/x/b"}}
		s.Listed = map[uploader.BatchID]int{2: 50_000}
		if other > 0 {
			s.Listed[4] = other
		}
		return s
	}
	only := scanning("/x/Iceland raws")
	only.Listed = map[uploader.BatchID]int{2: 50_000}
	later := apptest.Noon.Add(2 * ScanDelay)
	for _, c := range []struct {
		name        string
		s           *uploader.Snapshot
		interrupted *Interrupted
		want        string
	}{
		{"one folder", scanning("/x/Iceland raws"), nil, "Counting “Iceland raws”… 42,000 files · 12.0 GB so far"},
		{"several folders", scanning("/x/a", "/x/b"), nil, "Counting… 42,000 files · 12.0 GB so far"},
		{"one folder that was counted before", only, nil, "Adding “Iceland raws”… 42,000 of 50,000 files"},
		{"two folders that were counted before", listed(scanning("/x/a"), 1000), nil, "Adding… 42,000 of 51,000 files"},
		{"two folders of which one was counted before", listed(scanning("/x/a"), 0), nil, "Counting… 42,000 files · 12.0 GB so far"},
		{"interrupted scan", scanning("/x/a"), &Interrupted{batches: []uploader.BatchID{2}}, ""},
		{"finished scan", apptest.Batched(apptest.Transfer(1, apptest.InBatch(2))), nil, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			scans := Scans{}
			if early := scans.Update(c.s, c.interrupted, apptest.Noon).Text(); early != "" {
				t.Errorf("before ScanDelay: got %q", early)
			}
			if got := scans.Update(c.s, c.interrupted, later).Text(); got != c.want {
				t.Errorf("got %q", got)
			}
		})
	}
}
