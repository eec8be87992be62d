package endtoend_test

import (
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/netx"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// squall is a storm over the engine in this process, whose user does not keep
// still either.
type squall struct {
	*scene
	bench  *bench
	server uploader.ServerID
	orders map[string]int

	removed map[uploader.TransferID]bool
}

// TestStormOverTheEngine wants, besides what every storm wants, that the engine
// leaves nothing behind when it has ended: no goroutine and no descriptor.
func TestStormOverTheEngine(t *testing.T) { rounds(t, squalls) }

func squalls(t *testing.T, round uint64, length time.Duration) {
	t.Helper()
	server := uploadtest.NewTusd(t)
	gateway := uploadtest.NewGateway(t, server.URL)
	proxy := uploadtest.NewProxy(t, gateway.URL)
	proxy.Refuse()
	before, open := goleak.IgnoreCurrent(), descriptors(t)
	proxy.Heal(t)

	s := &squall{scene: newScene(t, round, proxy), orders: map[string]int{}, removed: map[uploader.TransferID]bool{}}
	s.weather.gateway = gateway
	s.stored, s.asked = func() []uploadtest.StoredFile { return server.Stored(t) }, server.Requests
	transport := netx.Transport(netx.Config{})
	database := filepath.Join(t.TempDir(), "ferry.db")
	s.bench = newBench(t, database, netx.Watch(transport))
	s.server = s.bench.serve(proxy.URL(server.Endpoint))
	s.ledger.busy = s.busy
	s.rage(chance(t, chances*round+chanceOfOrders), length)
	s.converge()
	s.bench.quit()
	s.judge(saved(t, database))
	t.Logf("%d deliveries, %d files, %d across; weather: %v; orders: %v", len(s.folders), len(s.ledger.pages), len(s.done), s.weather.seen, s.orders)

	transport.CloseIdleConnections()
	http.DefaultTransport.(*http.Transport).CloseIdleConnections() // the gateway's own
	proxy.Refuse()
	goleak.VerifyNone(t, before, uploadtest.TusdGoroutines())
	if now := descriptors(t); now > open {
		t.Errorf("%d descriptors are open, %d were before", now, open)
	}
}

// rage is the storm.
func (s *squall) rage(random *rand.Rand, length time.Duration) {
	s.t.Helper()
	s.weather.proxy.Slow(fair)
	for end := time.Now().Add(length); time.Now().Before(end); {
		s.pass(nil)
		order := orders[random.IntN(len(orders))]
		of := random.Uint64()
		if s.bench.engine.Snapshot().Totals.Pending < 200 {
			s.bench.do(uploader.Add{Batch: uploader.NewBatchID(), Server: s.server, Paths: []string{s.deliver()}, Options: optionsOf(of)})
		}
		if of%3 == 0 {
			s.orders[order.name]++
			order.give(s, of>>2)
		}
		s.look()
	}
	s.weather.calm()
}

// busy are the files that the engine is sending.
func (s *squall) busy() []string {
	var paths []string
	now := s.bench.engine.Snapshot()
	for id := range now.Live {
		paths = append(paths, now.Transfer(id).Source.Path)
	}
	slices.Sort(paths)
	return paths
}

// optionsOf is one of the ways in which a batch may be sent.
func optionsOf(n uint64) uploader.Options {
	return []uploader.Options{{}, {}, {Chunk: 1 << 20}, {Connections: 3}, {Limit: 4 << 20}, {Connections: 2, Chunk: 3 << 20}}[n%6]
}

// orders are what the user of a window says now and then.
var orders = []struct {
	name string
	give func(s *squall, of uint64)
}{
	{"pause", func(s *squall, of uint64) { s.bench.do(uploader.Pause{Target: s.target(of)}) }},
	{"pause all", func(s *squall, _ uint64) { s.bench.do(uploader.Pause{Target: uploader.Everything()}) }},
	{"resume", func(s *squall, of uint64) { s.bench.do(uploader.Resume{Target: s.target(of)}) }},
	{"resume all", func(s *squall, _ uint64) { s.bench.do(uploader.Resume{Target: uploader.Everything()}) }},
	{"pause and resume at once", func(s *squall, of uint64) {
		s.bench.do(uploader.Pause{Target: s.target(of)})
		s.bench.do(uploader.Resume{Target: s.target(of)})
	}},
	{"retry", func(s *squall, of uint64) { s.bench.do(uploader.Retry{Target: s.target(of)}) }},
	{"retry all", func(s *squall, _ uint64) { s.retryUnfinished() }},
	{"cancel", func(s *squall, of uint64) { s.disturb(of); s.bench.do(uploader.Cancel{Target: s.target(of)}) }},
	{"remove", func(s *squall, of uint64) {
		s.disturb(of)
		target := s.target(of)
		s.bench.do(uploader.Remove{Target: target})
		for _, id := range target.IDs {
			s.removed[id] = true
			delete(s.added, id)
		}
	}},
	{"add again", func(s *squall, of uint64) {
		if t := s.pick(of); t != nil && !t.Phase.Final() {
			s.bench.do(uploader.Add{Batch: uploader.NewBatchID(), Server: s.server, Paths: []string{t.Source.Path}})
		}
	}},
	{"restart", func(s *squall, _ uint64) { s.bench.restart() }},
}

// pick is some transfer; nil when there is none.
func (s *squall) pick(of uint64) *uploader.Transfer {
	rows := s.bench.engine.Snapshot().Transfers
	rows = slices.DeleteFunc(slices.Clone(rows), func(t *uploader.Transfer) bool { return t.Phase == uploader.PhaseDone })
	if len(rows) == 0 {
		return nil
	}
	return rows[of%uint64(len(rows))]
}

func (s *squall) target(of uint64) uploader.Target {
	if t := s.pick(of); t != nil {
		return uploader.These(t.ID)
	}
	return uploader.These()
}

// disturb tells the ledger that more than its file is wanted of a transfer.
func (s *squall) disturb(of uint64) {
	if t := s.pick(of); t != nil {
		if p := s.ledger.pages[t.Source.Path]; p != nil {
			p.unquiet = true
		}
	}
}

func (s *squall) retryUnfinished() {
	s.t.Helper()
	var ids []uploader.TransferID
	for _, t := range s.bench.engine.Snapshot().Transfers {
		if t.Phase != uploader.PhaseDone {
			ids = append(ids, t.ID)
		}
	}
	s.bench.do(uploader.Retry{Target: uploader.These(ids...)})
}

// look notes what the engine shows.
func (s *squall) look() {
	for _, t := range s.bench.engine.Snapshot().Transfers {
		if s.removed[t.ID] {
			continue // it goes when the server has let go of it
		}
		s.added[t.ID] = true
		if t.Phase == uploader.PhaseDone {
			s.done[t.ID] = true
		}
	}
}

// converge lets everything go on in good weather until it has come to its end.
func (s *squall) converge() {
	s.t.Helper()
	for range mostResumes {
		s.bench.do(uploader.Resume{Target: uploader.Everything()})
		s.retryUnfinished()
		last := s.bench.until("the end", func(now *uploader.Snapshot) bool {
			for _, b := range now.Batches {
				if !b.Expanded {
					return false
				}
			}
			return !slices.ContainsFunc(now.Transfers, func(t *uploader.Transfer) bool { return !t.Phase.Final() })
		})
		s.look()
		if !slices.ContainsFunc(last.Transfers, func(t *uploader.Transfer) bool {
			return t.Phase != uploader.PhaseDone && !(t.Fault != nil && t.Fault.Kind == fault.SourceMissing && missing(t.Source.Path))
		}) {
			return
		}
	}
	s.t.Errorf("not at an end in good weather:\n%s", describe(s.bench.engine.Snapshot()))
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
