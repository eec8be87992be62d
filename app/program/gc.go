package program

import (
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

const (
	// minGarbage is how many bytes of garbage may accumulate before a collection, at
	// least. With Go's default the garbage may be as large as the live heap, which with
	// a short list is a few megabytes; collecting that often takes a sixth of the
	// processor time of thousands of small files.
	minGarbage = 32 << 20

	// leastPercent is the least of the percentages. With a list of hundreds of thousands of
	// transfers the garbage may be only this part of the live heap: with Go's default it
	// would double the memory.
	leastPercent = 25
)

// TuneGC adjusts the garbage collector's GOGC percentage to the live heap, now and
// after each collection. It does nothing if the environment sets GOGC.
func TuneGC() {
	if os.Getenv("GOGC") != "" {
		return
	}
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	percent := 0
	var tune func()
	tune = func() {
		metrics.Read(live)
		if p := gcPercent(live[0].Value.Uint64()); p != percent {
			percent = p
			debug.SetGCPercent(percent)
		}
		runtime.AddCleanup(new(*int), func(int) { tune() }, 0) // runs after the next collection
	}
	tune()
}

// gcPercent returns the GOGC percentage for a live heap of that many bytes. It
// changes in coarse steps, because setting it stops the world.
func gcPercent(live uint64) int {
	percent := uint64(800)
	for percent > leastPercent && live*percent/100 > minGarbage {
		percent /= 2
	}
	return int(max(percent, leastPercent))
}
