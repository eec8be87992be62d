package endtoend_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
)

// statistics sums up all stress tests of this process. It is safe for concurrent use.
type statistics struct {
	mu          sync.Mutex
	rounds      int
	folders     int
	files       int // paths to upload
	streams     int // written to standard input
	uploads     int // found on servers
	bytes       int64
	runs        int // of the program or the engine
	kills       int // of the program
	differences int
	faults      map[string]int
}

// totals are printed at the end of the test binary.
var totals = statistics{faults: map[string]int{}}

// String returns the totals in one line.
func (f *statistics) String() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	var faults []string
	sum := 0
	for _, name := range slices.Sorted(maps.Keys(f.faults)) {
		faults = append(faults, fmt.Sprintf("%s %d", name, f.faults[name]))
		sum += f.faults[name]
	}
	return fmt.Sprintf("stress tests: %d rounds, %d folders, %d files, %d streams, %d uploads, %d MiB, %d runs, %d of them killed, %d faults (%s), %d differences",
		f.rounds, f.folders, f.files, f.streams, f.uploads, f.bytes>>20, f.runs, f.kills, sum, strings.Join(faults, ", "), f.differences)
}

// add adds the runs, kills and faults of one round.
func (f *statistics) add(runs, kills int, faults map[string]int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.runs += runs
	f.kills += kills
	for name, n := range faults {
		f.faults[name] += n
	}
}

// addToTotals adds the files and uploads of the run.
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
		if !f.Final {
			totals.bytes += f.Size
		}
	}
}

// report fails the test and counts a difference.
func (s *stressRun) report(format string, args ...any) {
	s.t.Helper()
	totals.mu.Lock()
	totals.differences++
	totals.mu.Unlock()
	s.t.Errorf(format, args...)
}
