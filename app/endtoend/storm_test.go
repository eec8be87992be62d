package endtoend_test

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"testing"
	"time"

	"github.com/ferryapp/ferry/app/feed"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// stressRun is what every storm has: files, a server on a bad network, and what was
// said about the one getting to the other.
type stressRun struct {
	t       *testing.T
	files  *fileHistory
	faults *faultInjector
	random   *rand.Rand
	editRandom   *rand.Rand
	stored  func() []uploadtest.StoredFile
	requests   func() []uploadtest.Request // nil when nobody kept them

	root    string
	streams map[string]*stream // by name
	folders []string
	added   map[uploader.TransferID]bool // what was said to be in Ferry's hands
	done    map[uploader.TransferID]bool // and what was said to be across
}

func newStressRun(t *testing.T, round uint64, proxy *uploadtest.Proxy) *stressRun {
	t.Helper()
	from := func(purpose uint64) *rand.Rand { return newRandom(t, seedPurposes*round+purpose) }
	return &stressRun{
		t:       t,
		files:  newFileHistory(t, from(seedFiles)),
		faults: &faultInjector{t: t, random: from(seedFaults), proxy: proxy, counts: map[string]int{}},
		random:   from(seedRuns),
		editRandom:   from(seedEdits),
		root:    t.TempDir(),
		streams: map[string]*stream{},
		added:   map[uploader.TransferID]bool{},
		done:    map[uploader.TransferID]bool{},
	}
}

// createFolder makes another folder to be sent.
func (s *stressRun) createFolder() string {
	s.t.Helper()
	folder := filepath.Join(s.root, fmt.Sprintf("delivery %d", len(s.folders)))
	s.files.createFolder(folder, 1+s.random.IntN(3), 40+s.random.IntN(80))
	s.folders = append(s.folders, folder)
	return folder
}

// step lets a moment pass, or less when something ends, and changes the weather
// and the files.
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

// programStress is a storm over the program in one profile.
type programStress struct {
	*stressRun
	ferry *client
	runs  int
	kills int
	eventCounts  map[string]int // how often the program told of what, and why
}

// TestStressProgram sends deliveries through everything that can happen, and wants in the
// stop that all is across as it was declared, once.
func TestStressProgram(t *testing.T) {
	t.Parallel()
	t.Run("before tusd in this process, behind a gateway", func(t *testing.T) {
		t.Parallel()
		runRounds(t, *stressDuration, func(t *testing.T, round uint64, length time.Duration) {
			server := uploadtest.NewTusd(t)
			gateway := uploadtest.NewGateway(t, server.URL)
			s := newProgramStress(t, round, server.Endpoint, uploadtest.NewProxy(t, gateway.URL))
			s.faults.gateway = gateway
			s.stored, s.requests = func() []uploadtest.StoredFile { return server.Stored(t) }, server.Requests
			s.run(length)
		})
	})
	t.Run("before the program tusd, which is killed too", func(t *testing.T) {
		t.Parallel()
		runRounds(t, *stressDuration, func(t *testing.T, round uint64, length time.Duration) {
			server := uploadtest.NewTusdBinary(t)
			s := newProgramStress(t, round, server.Endpoint, uploadtest.NewProxy(t, server.Endpoint))
			s.faults.server = server
			s.stored = func() []uploadtest.StoredFile { removeBrokenInfo(t, server.Dir); return server.Stored(t) }
			s.run(length)
		})
	})
}

func newProgramStress(t *testing.T, round uint64, endpoint string, proxy *uploadtest.Proxy) *programStress {
	t.Helper()
	return &programStress{
		stressRun: newStressRun(t, round, proxy),
		ferry: &client{t: t, profile: t.TempDir(), endpoint: proxy.URL(endpoint)},
		eventCounts:  map[string]int{},
	}
}

// run is the storm, the calm after it, and the verdict.
func (s *programStress) run(length time.Duration) {
	s.t.Helper()
	first := s.ferry.send(s.createFolder()) // from now on the program knows the server
	s.waitRun(first)
	s.faults.proxy.Slow(baseRate)
	for end := time.Now().Add(length); time.Now().Before(end); {
		s.runUntilEnd([]*run{s.send()})
		for again := s.random.IntN(4); again > 0; again-- {
			s.runUntilEnd(s.next())
		}
	}
	s.faults.endAll()
	before := len(s.done)
	s.finishAll()
	s.check(s.load())
	totals.add(s.runs, s.kills, nil)
	s.t.Logf("%d deliveries, %d files, %d streams, %d of them whole, %d runs; %d of %d across before the calm; weather: %v; told: %v",
		len(s.folders), len(s.files.records), len(s.streams), s.completeStreams(), s.runs, before, len(s.done), s.faults.counts, s.eventCounts)
}

// next are the programs started after one has ended: usually one that goes on,
// sometimes two at once, of which one has something new to send.
func (s *programStress) next() []*run {
	s.t.Helper()
	if s.random.IntN(4) > 0 {
		return []*run{s.ferry.resumeOrSend(s.folders...)}
	}
	first := s.ferry.resumeOrSend(s.folders...)
	return []*run{first, s.send()}
}

// send sends another delivery in one of the ways there are.
func (s *programStress) send() *run {
	s.t.Helper()
	if s.random.IntN(4) == 0 {
		return s.stream()
	}
	options := [][]string{{}, {}, {"--chunk", "1MiB"}, {"--connections", "3"}, {"--connections", "2", "--chunk", "3MiB"}}
	return s.ferry.send(append(options[s.random.IntN(len(options))], s.createFolder())...)
}

// runUntilEnd lets programs run in bad weather until their time has come.
func (s *programStress) runUntilEnd(runs []*run) {
	s.t.Helper()
	s.runs += len(runs)
	how := s.random.IntN(4)
	lifetime := time.Duration(20+s.random.IntN(1500)) * time.Millisecond
	for end := time.Now().Add(lifetime); time.Now().Before(end) && anyRunning(runs); {
		s.step(runs[0].done)
	}
	for _, r := range runs {
		s.stop(r, how)
	}
	for range s.editRandom.IntN(4) {
		s.files.edit(s.editRandom)
	}
}

func anyRunning(runs []*run) bool {
	for _, r := range runs {
		select {
		case <-r.done:
		default:
			return true
		}
	}
	return false
}

// stop ends a run, one way or another, and keeps what it told.
func (s *programStress) stop(r *run, how int) {
	s.t.Helper()
	switch how {
	case 0:
		interrupt(r.command.Process)
	case 1:
		terminate(r.command.Process)
	default:
		_ = r.command.Process.Kill()
	}
	s.waitRun(r)
}

// waitRun waits for the end of a run and keeps what it told.
func (s *programStress) waitRun(r *run) {
	s.t.Helper()
	r.wait(s.t, runTimeout)
	if r.killed() {
		s.kills++
	}
	if r.hasRaceOrPanic() {
		s.t.Fatalf("ferry %v:\n%s", r.args, r.stderr.String())
	}
	if code := r.exitCode(); !r.killed() && code != 0 && code != 1 && code != 130 {
		s.t.Fatalf("ferry %v: exit code %d\n%s", r.args, code, r.stderr.String())
	}
	for _, e := range r.events(s.t) {
		if e.Event != feed.Progress {
			s.eventCounts[e.Event+" "+e.Fault]++
		}
		switch e.Event {
		case feed.Added:
			if s.streamOf(e.Path) == nil {
				s.added[e.ID] = true
			}
		case feed.Done:
			s.done[e.ID] = true
		}
	}
}
