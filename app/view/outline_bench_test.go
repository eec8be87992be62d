package view

import (
	"fmt"
	"testing"

	"github.com/ferryapp/ferry/app/internal/apptest"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/table"
)

// millionInFolder returns a snapshot of a million files in one batch.
func millionInFolder() *uploader.Snapshot {
	s := apptest.ManyTransfers(1_000_000)
	var packed uploader.RowsBuilder
	for i, t := range s.Transfers.All() {
		apptest.InFolder(7, fmt.Sprintf("Photos/2024/%04d/IMG_%07d.jpg", i/1000, i))(t)
		t.Source.Size = int64(i) * 7919 % 1_000_003 // a different one each
		packed.Add(*t)
	}
	s.Transfers = packed.Rows()
	return apptest.Summed(apptest.WithBatches(s, apptest.Folder(7, "Photos")))
}

// BenchmarkOutlineMillion measures what the list does with a million files: for the first
// snapshot, for the next one with a changed file, for a filter, for each order with all files in
// view, and for a search that finds one file, or none of them.
func BenchmarkOutlineMillion(b *testing.B) {
	s := millionInFolder()
	b.Run("first snapshot", func(b *testing.B) {
		for b.Loop() {
			NewOutline().Update(s)
		}
	})
	o, rows := NewOutline(), table.New(s.Transfers, nil)
	o.Update(s)
	b.Run("next snapshot", func(b *testing.B) {
		for b.Loop() {
			next := *s
			first := *rows.Get(s.Transfers.Row(0).ID())
			first.Session.Offset++
			rows.Put(&first)
			next.Transfers = rows.Snapshot()
			o.Update(&next)
		}
	})
	paused, resumed := *s, *s
	paused.Transfers = withIntent(s.Transfers, uploader.IntentPause)
	b.Run("all paused and resumed", func(b *testing.B) {
		for b.Loop() {
			o.Update(&paused)
			o.Update(&resumed)
		}
	})
	b.Run("filter", func(b *testing.B) {
		for b.Loop() {
			o.SetFilter(FilterWaiting)
			o.SetFilter(FilterAll)
		}
	})
	for order := range NumSorts {
		b.Run("order "+order.String(), func(b *testing.B) {
			o := NewOutline()
			o.Update(s)
			o.Open(7)
			for b.Loop() {
				o.SetSort(order, s)
				b.StopTimer()
				if order == 0 {
					o.SetSort(1, s)
				} else {
					o.SetSort(0, s)
				}
				b.StartTimer()
			}
		})
	}
	for _, text := range []string{"img_0123456", "nowhere", "IMÄGE"} {
		b.Run("search "+text, func(b *testing.B) {
			for b.Loop() {
				o.SetSearch(NewSearch(text))
				o.SetSearch(NewSearch(""))
			}
		})
	}
}

// BenchmarkCountsMillion measures what is counted for each snapshot while all are paused,
// and for the first snapshot with a question about interrupted uploads.
func BenchmarkCountsMillion(b *testing.B) {
	s := millionInFolder()
	b.Run("interrupted", func(b *testing.B) {
		for b.Loop() {
			CountsOf(s, FindInterrupted(s))
		}
	})
	interrupted := FindInterrupted(s)
	b.Run("tray with a question", func(b *testing.B) {
		for b.Loop() {
			interrupted.Update(s)
			counts := CountsOf(s, interrupted)
			TrayOf(s, counts, interrupted)
			interrupted.Question(s)
		}
	})
}

// withIntent returns the transfers with another intent, in chunks that share their records with
// those of the list.
func withIntent(transfers uploader.Rows, intent uploader.Intent) uploader.Rows {
	chunks := transfers.Chunks()
	for c := range chunks {
		chunks[c] = chunks[c].Writable()
		for i := range chunks[c].Len() {
			t := *chunks[c].Transfer(i)
			t.Intent = intent
			chunks[c].Set(i, &t)
		}
	}
	return uploader.RowsOfChunks(chunks)
}
