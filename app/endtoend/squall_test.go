package endtoend_test

import (
	"math"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/netx"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// engineStress is a storm over the engine in this process, whose user does not keep
// minEditInterval either.
type engineStress struct {
	*stressRun
	engine     *engineRunner
	filter *requestFilter
	endpoint  string // the creation URL
	server    uploader.ServerID
	actions    map[string]int
	timedFaults    []timedFault
	runs      int

	removed map[uploader.TransferID]bool
}

// TestStressEngine wants, besides what every storm wants, that the engine
// markRemoved nothing behind when it has ended: no goroutine and no descriptor.
func TestStressEngine(t *testing.T) {
	t.Run("before tusd", func(t *testing.T) {
		runRounds(t, *stressDuration/2, func(t *testing.T, round uint64, length time.Duration) {
			filter := newRequestFilter()
			server := uploadtest.NewTusd(t, uploadtest.Wrap(filter.wrap))
			runEngineStress(t, round, length, filter, server.Endpoint, func(s *stressRun) {
				s.stored, s.requests = func() []uploadtest.StoredFile { return server.Stored(t) }, server.Requests
			})
		})
	})
	t.Run("before a server that wants checksums", func(t *testing.T) {
		runRounds(t, *stressDuration/2, func(t *testing.T, round uint64, length time.Duration) {
			filter := newRequestFilter()
			server := uploadtest.NewReference(t, uploadtest.Wrap(filter.wrap))
			runEngineStress(t, 1<<20+round, length, filter, server.Endpoint, func(s *stressRun) {
				// What arrives with a checksum arrives wholly or not at all: nothing
				// can be said of how often a byte was sent.
				s.stored = func() []uploadtest.StoredFile { return server.Stored(t) }
			})
		})
	})
}

func runEngineStress(t *testing.T, round uint64, length time.Duration, filter *requestFilter, endpoint string, prepare func(*stressRun)) {
	t.Helper()
	gateway := uploadtest.NewGateway(t, strings.TrimSuffix(endpoint, "/files/"))
	proxy := uploadtest.NewProxy(t, gateway.URL)
	proxy.Refuse()
	before, open := goleak.IgnoreCurrent(), descriptors(t)
	proxy.Heal(t)

	s := &engineStress{
		stressRun: newStressRun(t, round, proxy), filter: filter, endpoint: proxy.URL(endpoint), runs: 1,
		actions: map[string]int{}, removed: map[uploader.TransferID]bool{},
	}
	s.faults.gateway = gateway
	prepare(s.stressRun)
	transport := netx.Transport(netx.Config{})
	database := filepath.Join(t.TempDir(), "ferry.db")
	s.engine = newEngineRunner(t, database, netx.Watch(transport))
	s.server = s.engine.addServer(s.endpoint)
	s.files.sending = s.sending
	s.run(newRandom(t, seedPurposes*round+seedActions), length)
	s.finishAll()
	s.engine.stop()
	s.check(loadStore(t, database))
	t.Logf("%d deliveries, %d files, %d across; weather: %v; orders: %v; turned away: %v; not saved: %d",
		len(s.folders), len(s.files.records), len(s.done), s.faults.counts, s.actions, filter.rejections(), s.engine.disk.rejectedSaves())
	totals.add(s.runs, 0, filter.rejections())
	totals.add(0, 0, s.actions)
	totals.add(0, 0, map[string]int{"not saved": s.engine.disk.rejectedSaves()})

	transport.CloseIdleConnections()
	http.DefaultTransport.(*http.Transport).CloseIdleConnections() // the gateway's own
	proxy.Refuse()
	goleak.VerifyNone(t, before, uploadtest.TusdGoroutines())
	if now := descriptors(t); now > open {
		s.report("%d descriptors are open, %d were before", now, open)
	}
}

// run is the storm.
func (s *engineStress) run(random *rand.Rand, length time.Duration) {
	s.t.Helper()
	s.faults.proxy.Slow(baseRate)
	for end := time.Now().Add(length); time.Now().Before(end); {
		s.step(nil)
		s.endTimedFaults(1)
		action := userActions[random.IntN(len(userActions))]
		n := random.Uint64()
		if s.engine.engine.Snapshot().Totals.Pending < 200 {
			s.mustDo(uploader.Add{Batch: uploader.NewBatchID(), Server: s.server, Paths: []string{s.createFolder()}, Options: batchOptionsVariant(n)})
		}
		if n%2 == 0 {
			s.actions[action.name]++
			action.give(s, n>>2)
		}
		s.recordShown()
	}
	s.endFaults()
}

// endAll is the end of everything that is the matter.
func (s *engineStress) endFaults() {
	s.t.Helper()
	s.faults.endAll()
	s.filter.setMaxBody(0)
	s.endTimedFaults(math.MaxInt)
	s.engine.waitFor("room on the disk", func(now *uploader.Snapshot) bool { return now.Trouble == nil })
	s.configure(baseSettings())
	s.saveServerOptions(uploader.Profile{})
	s.do(uploader.Metering{})
	s.do(uploader.SignedIn{Server: s.server})
}

// sending are the files that the engine is sending.
func (s *engineStress) sending() []string {
	var paths []string
	now := s.engine.engine.Snapshot()
	for id := range now.Live {
		paths = append(paths, now.Transfer(id).Source.Path)
	}
	slices.Sort(paths)
	return paths
}

// batchOptionsVariant is one of the ways in which a batch may be sent.
func batchOptionsVariant(n uint64) uploader.Options {
	return []uploader.Options{{}, {}, {Chunk: 1 << 20}, {Connections: 3}, {Limit: 4 << 20}, {Connections: 2, Chunk: 3 << 20}}[n%6]
}

// pick is some transfer; nil when there is none.
func (s *engineStress) pick(n uint64) *uploader.Transfer {
	rows := s.unfinished()
	if len(rows) == 0 {
		return nil
	}
	return rows[n%uint64(len(rows))]
}

func (s *engineStress) target(n uint64) uploader.Target {
	if t := s.pick(n); t != nil {
		return uploader.These(t.ID)
	}
	return uploader.These()
}

// markTouched tells the ledger that more than its file is wanted of a transfer.
func (s *engineStress) markTouched(t *uploader.Transfer) {
	if t != nil {
		if p := s.files.records[t.Source.Path]; p != nil {
			p.touched = true
		}
	}
}

func (s *engineStress) unfinished() []*uploader.Transfer {
	rows := s.engine.engine.Snapshot().Transfers
	return slices.DeleteFunc(slices.Clone(rows), func(t *uploader.Transfer) bool { return t.Phase == uploader.PhaseDone })
}

// recordShown notes what the engine shows.
func (s *engineStress) recordShown() {
	for _, t := range s.engine.engine.Snapshot().Transfers {
		if s.removed[t.ID] {
			continue // it goes when the server has let go of it
		}
		s.added[t.ID] = true
		if t.Phase == uploader.PhaseDone {
			s.done[t.ID] = true
		}
	}
}

// finishAll lets everything go on in good weather until it has come to its end.
func (s *engineStress) finishAll() {
	s.t.Helper()
	for range maxResumes {
		s.mustDo(uploader.Resume{Target: uploader.Everything()}) // a save that was refused may only now be known
		s.answerQuestions(0)
		s.retry(s.unfinished()...)
		last := s.engine.waitFor("the end", func(now *uploader.Snapshot) bool {
			for _, b := range now.Batches {
				if !b.Expanded {
					return false
				}
			}
			return !slices.ContainsFunc(now.Transfers, func(t *uploader.Transfer) bool { return !t.Phase.Final() })
		})
		s.recordShown()
		if !slices.ContainsFunc(last.Transfers, func(t *uploader.Transfer) bool {
			return t.Phase != uploader.PhaseDone && !(t.Fault != nil && t.Fault.Kind == fault.SourceMissing && missing(t.Source.Path))
		}) {
			return
		}
	}
	s.report("not at an end in good weather:\n%s", describeUnfinished(s.engine.engine.Snapshot()))
}

// descriptors is how many files and sockets this process has open; 0 where the
// system does not tell.
func descriptors(t *testing.T) int {
	t.Helper()
	if runtime.GOOS != "linux" {
		return 0
	}
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(entries)
}
