package engine

import (
	"fmt"
	"log/slog"
	"runtime"
	"testing"
	"time"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/source"
)

const manyRows = 1_000_000

// BenchmarkStartWithMillionTransfers measures starting the loop with transfers that
// were loaded, up to the first snapshot with all of them queued.
func BenchmarkStartWithMillionTransfers(b *testing.B) {
	for b.Loop() {
		before := heapInUse()
		saved := uploader.Saved{Transfers: manySaved(manyRows), NextID: manyRows + 1}
		for id := range uploader.BatchID(manyRows/1000 + 1) {
			saved.Batches = append(saved.Batches, uploader.Batch{ID: id + 1, Server: 1, Rank: int64(id + 1), Scanned: true})
		}
		began := time.Now()
		e := New(Config{Log: slog.New(slog.DiscardHandler)})
		l := newLoop(e, saved)
		saved = uploader.Saved{}
		l.load()
		l.publish(time.Now())
		b.ReportMetric(time.Since(began).Seconds(), "s")
		b.ReportMetric(float64(heapInUse()-before)/(1<<20), "MiB")
		if queued := l.state.queue.Waiting(); queued != manyRows {
			b.Fatalf("%d transfers are queued", queued)
		}
	}
}

func manySaved(count int) uploader.Rows {
	var saved uploader.RowsBuilder
	for i := range count {
		name := fmt.Sprintf("IMG_%07d.CR3", i+1)
		saved.Add(uploader.Transfer{
			ID: uploader.TransferID(i + 1), Batch: uploader.BatchID(i/1000 + 1), Server: 1, Rank: int64(i + 1),
			Fingerprint: fmt.Sprintf("m1:%042dA", i), Added: uploader.TimestampOf(testNow),
			Source: source.File{Path: "/media/card/DCIM/100CANON/" + name, RelPath: "100CANON/" + name, Size: 25 << 20, ModTime: testNow.Local(), Identity: source.Identity{Volume: 2049, Index: uint64(i + 1_000_000)}},
		})
	}
	return saved.Rows()
}

func heapInUse() uint64 {
	var stats runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&stats)
	return stats.HeapAlloc
}
