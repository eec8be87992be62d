package view

import (
	"slices"
	"testing"

	"github.com/ferryapp/ferry/app/internal/apptest"
	"github.com/ferryapp/ferry/uploader"
)

func TestMessagesAboutSkippedEntries(t *testing.T) {
	apptest.LoadEnglish(t)
	entries := func(count int, names ...string) uploader.SkippedEntries {
		return uploader.SkippedEntries{Count: count, Names: names}
	}
	for name, c := range map[string]struct {
		files   int
		follow  bool
		skipped uploader.Skipped
		want    []string
		row     string
	}{
		"nothing": {1, false, uploader.Skipped{}, nil, ""},
		"one link": {
			1, false,
			uploader.Skipped{Links: entries(1, "top/a")},
			[]string{"1 link was not followed: top/a."},
			"1 skipped",
		},
		"many links": {
			1, false,
			uploader.Skipped{Links: entries(12, "top/a", "top/b", "top/c", "top/d")},
			[]string{"12 links were not followed: top/a, top/b, top/c and 9 more."},
			"12 skipped",
		},
		"links that are followed": {
			1, true,
			uploader.Skipped{Links: entries(1, "top/a")},
			[]string{"1 link leads to nothing, or to a folder that is included already: top/a."},
			"1 skipped",
		},
		"a link and a pipe": {
			1, false,
			uploader.Skipped{Links: entries(1, "top/a"), Special: entries(1, "top/b")},
			[]string{"1 link was not followed: top/a. 1 pipe, socket or device was skipped: top/b."},
			"2 skipped",
		},
		"links only": {
			0, false,
			uploader.Skipped{Links: entries(1, "top/a")},
			[]string{"“top” contains no files. 1 link was not followed: top/a."},
			"1 skipped",
		},
	} {
		t.Run(name, func(t *testing.T) {
			batch := &uploader.Batch{ID: 7, Roots: []string{"/top"}, Scanned: true, Skipped: c.skipped, Options: uploader.BatchOptions{FollowLinks: c.follow}}
			s := apptest.Snapshot()
			if c.files > 0 {
				s = apptest.Snapshot(apptest.Transfer(1, apptest.InBatch(7)))
			}
			s.Batches[7] = batch
			added := AddedBatches{}
			added.Add(7, []string{"/top"})
			if got := added.Messages(s); !slices.Equal(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
			if got := skippedCount(batch); got != c.row {
				t.Errorf("row: got %q, want %q", got, c.row)
			}
		})
	}
}
