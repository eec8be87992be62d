package engine

import (
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/ferryapp/ferry/uploader"
)

// BenchmarkMillionCommanded measures, for commands for all of a million queued files, the
// time until the reply, which is when their effect is published, and then until all rows
// are handed to a store that takes no time.
func BenchmarkMillionCommanded(b *testing.B) {
	const rows = 1_000_000
	for b.Loop() {
		b.StopTimer()
		saved := uploader.Saved{NextID: rows + 1, Batches: []uploader.Batch{{ID: 1, Server: 2, Scanned: true}}}
		var transfers uploader.RowsBuilder
		for id := range uploader.TransferID(rows) {
			t := uploader.Transfer{ID: id + 1, Batch: 1, Server: 2, Rank: int64(id), Fingerprint: fmt.Sprint("fingerprint of file ", id)}
			t.Source.Path, t.Source.RelPath = fmt.Sprint("/folder/", id), fmt.Sprint(id)
			transfers.Add(t)
		}
		saved.Transfers = transfers.Rows()
		settings := uploader.DefaultSettings()
		settings.Metered = uploader.MeteredHold
		l := newLoop(New(Config{Log: slog.New(slog.DiscardHandler), Store: nullStore{}, Settings: &settings}), saved)
		l.admission.SetMetered(true)
		l.load()
		l.turn(b.Context(), b.Context())
		b.StartTimer()
		for _, c := range []struct {
			name    string
			command uploader.Command
		}{
			{"pause", uploader.Pause{Target: uploader.TargetAll()}},
			{"resume", uploader.Resume{Target: uploader.TargetAll()}},
			{"cancel", uploader.Cancel{Target: uploader.TargetAll()}},
			{"remove", uploader.Remove{Target: uploader.TargetAll()}},
		} {
			began := time.Now()
			for reply := l.give(c.command); !replied(reply); {
				l.turn(b.Context(), b.Context())
			}
			b.ReportMetric(float64(time.Since(began).Milliseconds()), c.name+"-ms")
			l.finishCommands()
		}
	}
}
