package endtoend_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
)

// statistics are what came of all storms of this process together. Its methods may be
// called from any goroutine.
type statistics struct {
	mu          sync.Mutex
	rounds      int
	folders  int
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
var totals = statistics{faults: map[string]int{}}

// String is one line.
func (f *statistics) String() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	var faults []string
	sum := 0
	for _, name := range slices.Sorted(maps.Keys(f.faults)) {
		faults = append(faults, fmt.Sprintf("%s %d", name, f.faults[name]))
		sum += f.faults[name]
	}
	return fmt.Sprintf("storms: %d rounds, %d deliveries, %d files, %d streams, %d uploads, %d MiB, %d runs, %d of them killed, %d faults (%s), %d differences",
		f.rounds, f.folders, f.files, f.streams, f.uploads, f.bytes>>20, f.runs, f.kills, sum, strings.Join(faults, ", "), f.differences)
}

// create enters what was done in one round besides what every scene has.
func (f *statistics) add(runs, kills int, faults map[string]int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.runs += runs
	f.kills += kills
	for name, n := range faults {
		f.faults[name] += n
	}
}

// rejectedSaves enters what a scene held in the end.
func (s *stressRun) addToTotals() {
	totals.add(0, 0, s.faults.counts)
	totals.mu.Lock()
	defer totals.mu.Unlock()
	totals.rounds++
	totals.folders += len(s.folders)
	totals.files += len(s.files.records)
	totals.streams += len(s.streams)
	for _, f := range s.stored() {
		totals.uploads++
		if !f.Joined {
			totals.bytes += f.Size
		}
	}
}

// report notes that something is not as it has to be.
func (s *stressRun) report(format string, args ...any) {
	s.t.Helper()
	totals.mu.Lock()
	totals.differences++
	totals.mu.Unlock()
	s.t.Errorf(format, args...)
}
