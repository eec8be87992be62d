package program

import (
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

// spacious is how many bytes of garbage may gather between two collections at
// least. By itself Go collects when there is as much garbage as there is in use,
// which with a short list is a few megabytes: a sixth of what thousands of small
// files cost the processor. With a long list nothing changes.
const spacious = 32 << 20

// GiveRoom sets how often memory is collected, again after each collection, until
// the program ends. Who has said otherwise by GOGC is obeyed.
func GiveRoom() {
	if os.Getenv("GOGC") != "" {
		return
	}
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	percent := 0
	var look func()
	look = func() {
		metrics.Read(live)
		if now := collectAt(live[0].Value.Uint64()); now != percent {
			percent = now
			debug.SetGCPercent(percent)
		}
		runtime.AddCleanup(new(*int), func(int) { look() }, 0) // runs after the next collection
	}
	look()
}

// collectAt is the share of what is in use, in percent, that may be garbage: in
// coarse steps, since changing it stops everything for a moment.
func collectAt(live uint64) int {
	percent := 800
	for percent > 100 && live*uint64(percent)/100 > spacious {
		percent /= 2
	}
	return percent
}
