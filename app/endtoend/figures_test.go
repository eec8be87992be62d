package endtoend_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
)

// figures are what came of all storms of this process together. Its methods may be
// called from any goroutine.
type figures struct {
	mu          sync.Mutex
	rounds      int
	deliveries  int
	files       int // paths that were to cross
	streams     int // that other programs wrote
	uploads     int // that were found on servers
	bytes       int64
	runs        int // of the program or of the engine
	kills       int // of the program
	differences int
	faults      map[string]int
}

// totals are printed when all tests have ended.
var totals = figures{faults: map[string]int{}}

// String is one line.
func (f *figures) String() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	var faults []string
	sum := 0
	for _, name := range slices.Sorted(maps.Keys(f.faults)) {
		faults = append(faults, fmt.Sprintf("%s %d", name, f.faults[name]))
		sum += f.faults[name]
	}
	return fmt.Sprintf("storms: %d rounds, %d deliveries, %d files, %d streams, %d uploads, %d MiB, %d runs, %d of them killed, %d faults (%s), %d differences",
		f.rounds, f.deliveries, f.files, f.streams, f.uploads, f.bytes>>20, f.runs, f.kills, sum, strings.Join(faults, ", "), f.differences)
}

// add enters what was done in one round besides what every scene has.
func (f *figures) add(runs, kills int, faults map[string]int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.runs += runs
	f.kills += kills
	for name, n := range faults {
		f.faults[name] += n
	}
}

// count enters what a scene held in the end.
func (s *scene) count() {
	totals.add(0, 0, s.weather.seen)
	totals.mu.Lock()
	defer totals.mu.Unlock()
	totals.rounds++
	totals.deliveries += len(s.folders)
	totals.files += len(s.ledger.pages)
	totals.streams += len(s.streams)
	for _, f := range s.stored() {
		totals.uploads++
		if !f.Joined {
			totals.bytes += f.Size
		}
	}
}

// differ notes that something is not as it has to be.
func (s *scene) differ(format string, args ...any) {
	s.t.Helper()
	totals.mu.Lock()
	totals.differences++
	totals.mu.Unlock()
	s.t.Errorf(format, args...)
}
