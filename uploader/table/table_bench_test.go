package table

import (
	"runtime"
	"testing"

	"github.com/ferryapp/ferry/uploader"
)

const million = 1_000_000

// BenchmarkMillionRowsInMemory measures the memory of a table and one snapshot.
func BenchmarkMillionRowsInMemory(b *testing.B) {
	for b.Loop() {
		before := inUse()
		table := rowsOf(million)
		shown := table.Snapshot()
		b.ReportMetric(float64(inUse()-before)/(1<<20), "MiB")
		runtime.KeepAlive(table)
		runtime.KeepAlive(shown)
	}
}

func inUse() uint64 {
	var stats runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&stats)
	return stats.HeapAlloc
}

// BenchmarkMillionRowsSnapshot changes one row and takes a snapshot.
func BenchmarkMillionRowsSnapshot(b *testing.B) {
	table := rowsOf(million)
	table.Remove([]uploader.TransferID{3}) // leaves an empty row, as is usual
	table.MarkSaved()
	next := *table.Get(million / 2)
	for b.Loop() {
		next.Session.Offset++
		value := next
		table.Put(&value)
		table.Snapshot()
		table.AllTotals()
		table.Changed()
		table.MarkSaved()
	}
}

func BenchmarkMillionRowsRemoveOne(b *testing.B) {
	table := rowsOf(million)
	id := uploader.TransferID(0)
	for b.Loop() {
		if id++; table.Get(id) == nil {
			b.StopTimer()
			table, id = rowsOf(million), 1
			b.StartTimer()
		}
		table.Remove([]uploader.TransferID{id})
	}
}

func BenchmarkMillionRowsRemoveAll(b *testing.B) {
	for b.Loop() {
		b.StopTimer()
		table := rowsOf(million)
		ids := make([]uploader.TransferID, 0, million)
		for row := range table.All() {
			ids = append(ids, row.ID)
		}
		b.StartTimer()
		table.Remove(ids)
	}
}
