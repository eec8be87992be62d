package db_test

import (
	"fmt"
	"path/filepath"
	"testing"

	"github.com/ferryapp/ferry/uploader"
)

// BenchmarkHistoryMillion measures queries of a history of 1,000,000 entries, of which the
// window waits for each.
func BenchmarkHistoryMillion(b *testing.B) {
	const count, portion = 1_000_000, 10_000
	store := openDB(b, filepath.Join(b.TempDir(), "ferry.db"))
	defer closeDB(b, store)
	for first := uploader.TransferID(0); first < count; first += portion {
		entries := sampleTransfers(first, portion)
		for _, t := range entries {
			t.Phase, t.Finished = uploader.PhaseDone, uploader.Timestamp(t.ID)*1000
		}
		save(b, store, uploader.Changes{History: entries})
	}
	text := func(text string) []uploader.HistoryText { return []uploader.HistoryText{{Text: text}} }
	middle := uploader.HistoryPosition{Finished: count / 2 * 1000, ID: count / 2}
	for _, c := range []struct {
		name  string
		query uploader.HistoryQuery
		want  int
	}{
		{"newest page", uploader.HistoryQuery{Limit: 100}, 100},
		{"page in the middle", uploader.HistoryQuery{Limit: 100, After: middle}, 100},
		{"text that all have", uploader.HistoryQuery{Limit: 100, Texts: text("img_")}, 100},
		{"text that none has", uploader.HistoryQuery{Limit: 100, Texts: text("nowhere")}, 0},
		{"text that none has, other letters", uploader.HistoryQuery{Limit: 100, Texts: text("ÄRGER")}, 0},
		{"server that none has", uploader.HistoryQuery{Limit: 100, Server: 99}, 0},
	} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				found, err := store.FindHistory(b.Context(), c.query)
				if err != nil || len(found) != c.want {
					b.Fatalf("found %d, %v; want %d", len(found), err, c.want)
				}
			}
		})
	}
	b.Run("surplus", func(b *testing.B) {
		for b.Loop() {
			if surplus, err := store.HistorySurplus(b.Context(), count-10, 0, 256); err != nil || fmt.Sprint(len(surplus)) != "10" {
				b.Fatal(len(surplus), err)
			}
		}
	})
}
