package endtoend_test

import (
	"testing"
	"time"

	"github.com/ferryapp/ferry/app/feed"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// programStress is a stress test of the program in one profile.
type programStress struct {
	*stressRun
	ferry       *client
	runs        int
	kills       int
	eventCounts map[string]int // by event and fault
}

// TestStressProgram runs the program with random faults, kills and changes of files.
// In the end, without faults, every file must be uploaded once, in a state that it
// had.
func TestStressProgram(t *testing.T) {
	t.Parallel()
	t.Run("tusd behind a gateway", func(t *testing.T) {
		t.Parallel()
		runRounds(t, *stressDuration, func(t *testing.T, round uint64, length time.Duration) {
			server := newTusd(t)
			shows := newVisibility()
			gateway := uploadtest.NewGateway(t, server.URL, uploadtest.Wrap(shows.wrap), uploadtest.Wrap(signUploadURLs))
			s := newProgramStress(t, round, server.Endpoint, uploadtest.NewProxy(t, gateway.URL))
			s.faults.gateway, s.faults.shows = gateway, shows
			s.stored, s.requests = func() []uploadtest.StoredFile { return server.Stored(t) }, server.Requests
			s.run(length)
		})
	})
	t.Run("tusd binary with restarts", func(t *testing.T) {
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
		stressRun:   newStressRun(t, round, proxy),
		ferry:       &client{t: t, profile: t.TempDir(), endpoint: proxy.URL(endpoint)},
		eventCounts: map[string]int{},
	}
}

// run injects faults for the duration, finishes without faults, and checks the result.
func (s *programStress) run(length time.Duration) {
	s.t.Helper()
	first := s.ferry.send(s.createFolder()) // adds the server to the profile
	s.waitRun(first)
	s.faults.proxy.Throttle(baseRate)
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
	for _, place := range findSecrets(s.t, s.ferry.profile) {
		s.report("secret in %s", place)
	}
	totals.add(s.runs, s.kills, nil)
	s.t.Logf("%d folders, %d files, %d streams, %d of them complete, %d runs; %d of %d done before the faults ended; faults: %v; events: %v",
		len(s.folders), len(s.files.records), len(s.streams), s.completeStreams(), s.runs, before, len(s.done), s.faults.counts, s.eventCounts)
}

// next starts the next runs: usually one that resumes, sometimes also one that sends
// something new at the same time.
func (s *programStress) next() []*run {
	s.t.Helper()
	if s.random.IntN(4) > 0 {
		return []*run{s.ferry.resumeOrSend(s.folders...)}
	}
	first := s.ferry.resumeOrSend(s.folders...)
	return []*run{first, s.send()}
}

// send starts sending another folder or a stream, with random options.
func (s *programStress) send() *run {
	s.t.Helper()
	if s.random.IntN(4) == 0 {
		return s.stream()
	}
	options := [][]string{{}, {}, {"--chunk", "1MiB"}, {"--connections", "3"}, {"--connections", "2", "--chunk", "3MiB"}}
	s.limitOpenFiles()
	defer func() { s.ferry.maxOpenFiles = 0 }()
	return s.ferry.send(append(options[s.random.IntN(len(options))], "--header", secretHeader, s.createFolder())...)
}

// limitOpenFiles limits the open files of some runs. Not all of them can start.
func (s *programStress) limitOpenFiles() {
	if limit := []int{0, 0, 0, 0, 0, 18, 22, 30}[s.random.IntN(8)]; limit > 0 {
		s.ferry.maxOpenFiles = limit
		s.faults.counts["few open files"]++
	}
}

// runUntilEnd injects faults while the runs work, and stops them after a random time.
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

// stop stops a run in one of several ways and records its events.
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

// waitRun waits for the end of a run and records its events.
func (s *programStress) waitRun(r *run) {
	s.t.Helper()
	r.wait(s.t, runTimeout)
	if r.killed() {
		s.kills++
	}
	if output := r.output(); hasSecret(output) {
		s.report("ferry %v prints a secret:\n%s", r.args, output)
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
				s.added[e.ID] = e.Path
			}
		case feed.Done:
			s.done[e.ID] = true
		}
	}
}
