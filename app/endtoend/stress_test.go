package endtoend_test

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"testing"
	"time"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// stressRun is the common part of the stress tests: source files, a server behind a
// faulty network, and the reported results.
type stressRun struct {
	t          *testing.T
	files      *fileHistory
	faults     *faultInjector
	random     *rand.Rand
	editRandom *rand.Rand
	stored     func() []uploadtest.StoredFile
	requests   func() []uploadtest.Request // nil when not recorded

	root    string
	streams map[string]*stream // by name
	folders []string
	added   map[uploader.TransferID]string // reported as added, with what was reported last
	done    map[uploader.TransferID]bool   // reported as done
}

func newStressRun(t *testing.T, round uint64, proxy *uploadtest.Proxy) *stressRun {
	t.Helper()
	from := func(purpose uint64) *rand.Rand { return newRandom(t, seedPurposes*round+purpose) }
	return &stressRun{
		t:          t,
		files:      newFileHistory(t, from(seedFiles)),
		faults:     &faultInjector{t: t, random: from(seedFaults), proxy: proxy, counts: map[string]int{}, versionKnown: func() bool { return true }},
		random:     from(seedRuns),
		editRandom: from(seedEdits),
		root:       t.TempDir(),
		streams:    map[string]*stream{},
		added:      map[uploader.TransferID]string{},
		done:       map[uploader.TransferID]bool{},
	}
}

// createFolder creates another folder to upload.
func (s *stressRun) createFolder() string {
	s.t.Helper()
	folder := filepath.Join(s.root, fmt.Sprintf("folder %d", len(s.folders)))
	s.files.createFolder(folder, 1+s.random.IntN(3), 40+s.random.IntN(80))
	s.folders = append(s.folders, folder)
	return folder
}

// step waits for a random time, at most until done is closed, and then changes faults
// and files at random.
func (s *stressRun) step(done <-chan struct{}) {
	s.t.Helper()
	pause := time.NewTimer(time.Duration(5+s.faults.random.IntN(120)) * time.Millisecond)
	defer pause.Stop()
	select {
	case <-done:
	case <-pause.C:
	}
	if s.faults.random.IntN(3) > 0 {
		s.faults.toggle()
	}
	if s.editRandom.IntN(3) == 0 {
		s.files.edit(s.editRandom)
	}
}
