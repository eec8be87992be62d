package view

import (
	"testing"

	"github.com/ferryapp/ferry/app/internal/apptest"
	"github.com/ferryapp/ferry/uploader"
)

func TestScans(t *testing.T) {
	apptest.LoadEnglish(t)
	walking := func(roots ...string) *uploader.Snapshot {
		s := apptest.Snapshot(apptest.Transfer(1, apptest.InBatch(2)), apptest.Transfer(3, apptest.InBatch(2)))
		s.Batches[2] = &uploader.Batch{ID: 2, Roots: roots}
		s.BatchTotals = map[uploader.BatchID]uploader.BatchTotals{2: {Files: 42_000, Bytes: 12 * apptest.Gigabyte}}
		return s
	}
	long := apptest.Noon.Add(2 * ScanDelay)
	for _, c := range []struct {
		name string
		s    *uploader.Snapshot
		left *Interrupted
		want string
	}{
		{"a folder has its name", walking("/x/Iceland raws"), nil, "Counting “Iceland raws”… 42,000 files · 12.0 GB so far"},
		{"several are one", walking("/x/a", "/x/b"), nil, "Counting… 42,000 files · 12.0 GB so far"},
		{"what waits for an answer is not counted", walking("/x/a"), &Interrupted{batches: []uploader.BatchID{2}}, ""},
		{"what is counted is counted", apptest.Batched(apptest.Transfer(1, apptest.InBatch(2))), nil, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			counts := Scans{}
			if early := counts.Update(c.s, c.left, apptest.Noon).Text(); early != "" {
				t.Errorf("at once it says %q", early)
			}
			if got := counts.Update(c.s, c.left, long).Text(); got != c.want {
				t.Errorf("says %q", got)
			}
		})
	}
}
