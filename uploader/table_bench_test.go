package uploader

import (
	"log/slog"
	"runtime"
	"testing"
	"time"
)

const million = 1_000_000

// BenchmarkMillionRowsInMemory says what the table and one snapshot hold.
func BenchmarkMillionRowsInMemory(b *testing.B) {
	for b.Loop() {
		before := inUse()
		table := rowsOf(million)
		shown := table.snapshot()
		b.ReportMetric(float64(inUse()-before)/(1<<20), "MiB")
		runtime.KeepAlive(table)
		runtime.KeepAlive(shown)
	}
}

// BenchmarkMillionRowsTakenUp is what a start does with what was loaded: all stand in
// line then, and are shown.
func BenchmarkMillionRowsTakenUp(b *testing.B) {
	for b.Loop() {
		before := inUse()
		saved := Saved{Transfers: savedRows(million), NextID: million + 1}
		for id := range BatchID(million/1000 + 1) {
			saved.Batches = append(saved.Batches, Batch{ID: id + 1, Server: 1, Rank: int64(id + 1), Expanded: true})
		}
		began := time.Now()
		e := New(Config{Log: slog.New(slog.DiscardHandler)})
		l := newLoop(e, saved)
		saved = Saved{}
		l.takeUp()
		l.show(time.Now())
		b.ReportMetric(time.Since(began).Seconds(), "s")
		b.ReportMetric(float64(inUse()-before)/(1<<20), "MiB")
		if standing := l.queue.Waiting(); standing != million {
			b.Fatalf("%d stand in line", standing)
		}
	}
}

func inUse() uint64 {
	var stats runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&stats)
	return stats.HeapAlloc
}

// BenchmarkMillionRowsSnapshot changes one row and shows all.
func BenchmarkMillionRowsSnapshot(b *testing.B) {
	table := rowsOf(million)
	table.remove([]TransferID{3}) // a hole, as there mostly is one
	table.saved()
	next := *table.get(million / 2)
	for b.Loop() {
		next.Session.Offset++
		value := next
		table.put(&value)
		table.snapshot()
		table.ledger.copy()
		table.changed()
		table.saved()
	}
}

func BenchmarkMillionRowsForgetOne(b *testing.B) {
	table := rowsOf(million)
	id := TransferID(0)
	for b.Loop() {
		if id++; table.get(id) == nil {
			b.StopTimer()
			table, id = rowsOf(million), 1
			b.StartTimer()
		}
		table.remove([]TransferID{id})
	}
}

func BenchmarkMillionRowsForgetAll(b *testing.B) {
	for b.Loop() {
		b.StopTimer()
		table := rowsOf(million)
		ids := make([]TransferID, 0, million)
		for row := range table.each() {
			ids = append(ids, row.ID)
		}
		b.StartTimer()
		table.remove(ids)
	}
}
