package paged_test

import (
	"maps"
	"runtime"
	"testing"

	"pgregory.net/rapid"

	"github.com/ferryapp/ferry/uploader/paged"
)

func TestMapMatchesBuiltInMap(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		var m paged.Map[int64, int32]
		model := map[int64]int32{}
		ids := rapid.OneOf(rapid.Int64Range(-300, 2000), rapid.Int64())
		r.Repeat(map[string]func(*rapid.T){
			"set": func(r *rapid.T) {
				id, value := ids.Draw(r, "id"), rapid.Int32Range(0, 3).Draw(r, "value")
				if old := m.Set(id, value); old != model[id] {
					r.Fatalf("Set(%d) returned %d, want %d", id, old, model[id])
				}
				if model[id] = value; value == 0 {
					delete(model, id)
				}
			},
			"delete": func(r *rapid.T) {
				id := ids.Draw(r, "id")
				if old := m.Delete(id); old != model[id] {
					r.Fatalf("Delete(%d) returned %d, want %d", id, old, model[id])
				}
				delete(model, id)
			},
			"": func(r *rapid.T) {
				if m.Len() != len(model) {
					r.Fatalf("Len() is %d, want %d", m.Len(), len(model))
				}
				for id, want := range model {
					if got := m.Get(id); got != want {
						r.Fatalf("Get(%d) is %d, want %d", id, got, want)
					}
				}
				visited := map[int64]int32{}
				last := int64(-1)
				for id, value := range m.All() {
					if id >= 0 && id <= last {
						r.Fatalf("All visits %d after %d", id, last)
					}
					last, visited[id] = id, value
				}
				if !maps.Equal(visited, nonZero(model)) {
					r.Fatalf("All visits %v, want %v", visited, model)
				}
				if id := ids.Draw(r, "other"); m.Get(id) != model[id] {
					r.Fatalf("Get(%d) is %d, want %d", id, m.Get(id), model[id])
				}
			},
		})
	})
}

// nonZero returns the entries whose value is not zero.
func nonZero(model map[int64]int32) map[int64]int32 {
	rest := maps.Clone(model)
	maps.DeleteFunc(rest, func(_ int64, value int32) bool { return value == 0 })
	return rest
}

// BenchmarkMillionIDs reports the memory of a map with a million consecutive IDs.
func BenchmarkMillionIDs(b *testing.B) {
	for b.Loop() {
		before := inUse()
		var m paged.Map[int64, int32]
		for id := range int64(1_000_000) {
			m.Set(id+1, 1)
		}
		b.ReportMetric(float64(inUse()-before)/(1<<20), "MiB")
		runtime.KeepAlive(&m)
	}
}

func inUse() uint64 {
	var stats runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&stats)
	return stats.HeapAlloc
}
