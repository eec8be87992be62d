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

// scene is what every storm has: files, a server on a bad network, and what was
// said about the one getting to the other.
type scene struct {
	t       *testing.T
	ledger  *ledger
	weather *weather
	fates   *rand.Rand
	edits   *rand.Rand
	stored  func() []uploadtest.StoredFile
	asked   func() []uploadtest.Request // nil when nobody kept them

	root    string
	streams map[string]*stream // by name
	folders []string
	added   map[uploader.TransferID]bool // what was said to be in Ferry's hands
	done    map[uploader.TransferID]bool // and what was said to be across
}

func newScene(t *testing.T, round uint64, proxy *uploadtest.Proxy) *scene {
	t.Helper()
	from := func(purpose uint64) *rand.Rand { return chance(t, chances*round+purpose) }
	return &scene{
		t:       t,
		ledger:  newLedger(t, from(chanceOfDeliveries)),
		weather: &weather{t: t, random: from(chanceOfWeather), proxy: proxy, seen: map[string]int{}},
		fates:   from(chanceOfFates),
		edits:   from(chanceOfEdits),
		root:    t.TempDir(),
		streams: map[string]*stream{},
		added:   map[uploader.TransferID]bool{},
		done:    map[uploader.TransferID]bool{},
	}
}

// deliver makes another folder to be sent.
func (s *scene) deliver() string {
	s.t.Helper()
	folder := filepath.Join(s.root, fmt.Sprintf("delivery %d", len(s.folders)))
	s.ledger.delivery(folder, 1+s.fates.IntN(3), 40+s.fates.IntN(80))
	s.folders = append(s.folders, folder)
	return folder
}

// pass lets a moment pass, or less when something ends, and changes the weather
// and the files.
func (s *scene) pass(ended <-chan struct{}) {
	s.t.Helper()
	pause := time.NewTimer(time.Duration(5+s.weather.random.IntN(120)) * time.Millisecond)
	defer pause.Stop()
	select {
	case <-ended:
	case <-pause.C:
	}
	if s.weather.random.IntN(3) > 0 {
		s.weather.change()
	}
	if s.edits.IntN(3) == 0 {
		s.ledger.edit(s.edits)
	}
}

// tempest is a storm over the program in one profile.
type tempest struct {
	*scene
	ferry *client
	runs  int
	kills int
	told  map[string]int // how often the program told of what, and why
}

// TestStorm sends deliveries through everything that can happen, and wants in the
// end that all is across as it was declared, once.
func TestStorm(t *testing.T) {
	t.Parallel()
	t.Run("before tusd in this process, behind a gateway", func(t *testing.T) {
		t.Parallel()
		rounds(t, *length, func(t *testing.T, round uint64, length time.Duration) {
			server := uploadtest.NewTusd(t)
			gateway := uploadtest.NewGateway(t, server.URL)
			s := newTempest(t, round, server.Endpoint, uploadtest.NewProxy(t, gateway.URL))
			s.weather.gateway = gateway
			s.stored, s.asked = func() []uploadtest.StoredFile { return server.Stored(t) }, server.Requests
			s.rage(length)
		})
	})
	t.Run("before the program tusd, which is killed too", func(t *testing.T) {
		t.Parallel()
		rounds(t, *length, func(t *testing.T, round uint64, length time.Duration) {
			server := uploadtest.NewTusdBinary(t)
			s := newTempest(t, round, server.Endpoint, uploadtest.NewProxy(t, server.Endpoint))
			s.weather.server = server
			s.stored = func() []uploadtest.StoredFile { sweep(t, server.Dir); return server.Stored(t) }
			s.rage(length)
		})
	})
}

func newTempest(t *testing.T, round uint64, endpoint string, proxy *uploadtest.Proxy) *tempest {
	t.Helper()
	return &tempest{
		scene: newScene(t, round, proxy),
		ferry: &client{t: t, profile: t.TempDir(), to: proxy.URL(endpoint)},
		told:  map[string]int{},
	}
}

// rage is the storm, the calm after it, and the verdict.
func (s *tempest) rage(length time.Duration) {
	s.t.Helper()
	first := s.ferry.send(s.deliver()) // from now on the program knows the server
	s.ended(first)
	s.weather.proxy.Slow(fair)
	for end := time.Now().Add(length); time.Now().Before(end); {
		s.endure([]*run{s.send()})
		for again := s.fates.IntN(4); again > 0; again-- {
			s.endure(s.next())
		}
	}
	s.weather.calm()
	before := len(s.done)
	s.converge()
	s.judge(s.load())
	totals.add(s.runs, s.kills, nil)
	s.t.Logf("%d deliveries, %d files, %d streams, %d of them whole, %d runs; %d of %d across before the calm; weather: %v; told: %v",
		len(s.folders), len(s.ledger.pages), len(s.streams), s.whole(), s.runs, before, len(s.done), s.weather.seen, s.told)
}

// next are the programs started after one has ended: usually one that goes on,
// sometimes two at once, of which one has something new to send.
func (s *tempest) next() []*run {
	s.t.Helper()
	if s.fates.IntN(4) > 0 {
		return []*run{s.ferry.again(s.folders...)}
	}
	first := s.ferry.again(s.folders...)
	return []*run{first, s.send()}
}

// send sends another delivery in one of the ways there are.
func (s *tempest) send() *run {
	s.t.Helper()
	if s.fates.IntN(4) == 0 {
		return s.stream()
	}
	ways := [][]string{{}, {}, {"--chunk", "1MiB"}, {"--connections", "3"}, {"--connections", "2", "--chunk", "3MiB"}}
	return s.ferry.send(append(ways[s.fates.IntN(len(ways))], s.deliver())...)
}

// endure lets programs run in bad weather until their time has come.
func (s *tempest) endure(runs []*run) {
	s.t.Helper()
	s.runs += len(runs)
	fate := s.fates.IntN(4)
	life := time.Duration(20+s.fates.IntN(1500)) * time.Millisecond
	for end := time.Now().Add(life); time.Now().Before(end) && alive(runs); {
		s.pass(runs[0].ended)
	}
	for _, r := range runs {
		s.end(r, fate)
	}
	for range s.edits.IntN(4) {
		s.ledger.edit(s.edits)
	}
}

func alive(runs []*run) bool {
	for _, r := range runs {
		select {
		case <-r.ended:
		default:
			return true
		}
	}
	return false
}

// end ends a run, one way or another, and keeps what it told.
func (s *tempest) end(r *run, fate int) {
	s.t.Helper()
	switch fate {
	case 0:
		interrupt(r.command.Process)
	case 1:
		terminate(r.command.Process)
	default:
		_ = r.command.Process.Kill()
	}
	s.ended(r)
}

// ended waits for the end of a run and keeps what it told.
func (s *tempest) ended(r *run) {
	s.t.Helper()
	r.within(s.t, patience)
	if r.killed() {
		s.kills++
	}
	if r.raced() {
		s.t.Fatalf("ferry %v:\n%s", r.args, r.err.String())
	}
	if code := r.code(); !r.killed() && code != 0 && code != 1 && code != 130 {
		s.t.Fatalf("ferry %v: exit code %d\n%s", r.args, code, r.err.String())
	}
	for _, e := range r.events(s.t) {
		if e.Event != feed.Progress {
			s.told[e.Event+" "+e.Fault]++
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
