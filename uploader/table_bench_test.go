package uploader

import (
	"runtime"
	"testing"
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
	table.markSaved()
	next := *table.get(million / 2)
	for b.Loop() {
		next.Session.Offset++
		value := next
		table.put(&value)
		table.snapshot()
		table.allTotals()
		table.changed()
		table.markSaved()
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
		for row := range table.all() {
			ids = append(ids, row.ID)
		}
		b.StartTimer()
		table.remove(ids)
	}
}
