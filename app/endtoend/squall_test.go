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

// squall is a storm over the engine in this process, whose user does not keep
// still either.
type squall struct {
	*scene
	bench     *bench
	turnstile *turnstile
	endpoint  string // the creation URL
	server    uploader.ServerID
	orders    map[string]int
	spells    []spell
	runs      int

	removed map[uploader.TransferID]bool
}

// TestStormOverTheEngine wants, besides what every storm wants, that the engine
// leaves nothing behind when it has ended: no goroutine and no descriptor.
func TestStormOverTheEngine(t *testing.T) {
	t.Run("before tusd", func(t *testing.T) {
		rounds(t, *length/2, func(t *testing.T, round uint64, length time.Duration) {
			guard := newTurnstile()
			server := uploadtest.NewTusd(t, uploadtest.Wrap(guard.before))
			squalls(t, round, length, guard, server.Endpoint, func(s *scene) {
				s.stored, s.asked = func() []uploadtest.StoredFile { return server.Stored(t) }, server.Requests
			})
		})
	})
	t.Run("before a server that wants checksums", func(t *testing.T) {
		rounds(t, *length/2, func(t *testing.T, round uint64, length time.Duration) {
			guard := newTurnstile()
			server := uploadtest.NewReference(t, uploadtest.Wrap(guard.before))
			squalls(t, 1<<20+round, length, guard, server.Endpoint, func(s *scene) {
				// What arrives with a checksum arrives wholly or not at all: nothing
				// can be said of how often a byte was sent.
				s.stored = func() []uploadtest.StoredFile { return server.Stored(t) }
			})
		})
	})
}

func squalls(t *testing.T, round uint64, length time.Duration, guard *turnstile, endpoint string, prepare func(*scene)) {
	t.Helper()
	gateway := uploadtest.NewGateway(t, strings.TrimSuffix(endpoint, "/files/"))
	proxy := uploadtest.NewProxy(t, gateway.URL)
	proxy.Refuse()
	before, open := goleak.IgnoreCurrent(), descriptors(t)
	proxy.Heal(t)

	s := &squall{
		scene: newScene(t, round, proxy), turnstile: guard, endpoint: proxy.URL(endpoint), runs: 1,
		orders: map[string]int{}, removed: map[uploader.TransferID]bool{},
	}
	s.weather.gateway = gateway
	prepare(s.scene)
	transport := netx.Transport(netx.Config{})
	database := filepath.Join(t.TempDir(), "ferry.db")
	s.bench = newBench(t, database, netx.Watch(transport))
	s.server = s.bench.serve(s.endpoint)
	s.ledger.busy = s.busy
	s.rage(chance(t, chances*round+chanceOfOrders), length)
	s.converge()
	s.bench.quit()
	s.judge(saved(t, database))
	t.Logf("%d deliveries, %d files, %d across; weather: %v; orders: %v; turned away: %v; not saved: %d",
		len(s.folders), len(s.ledger.pages), len(s.done), s.weather.seen, s.orders, guard.answered(), s.bench.disk.count())
	totals.add(s.runs, 0, guard.answered())
	totals.add(0, 0, s.orders)
	totals.add(0, 0, map[string]int{"not saved": s.bench.disk.count()})

	transport.CloseIdleConnections()
	http.DefaultTransport.(*http.Transport).CloseIdleConnections() // the gateway's own
	proxy.Refuse()
	goleak.VerifyNone(t, before, uploadtest.TusdGoroutines())
	if now := descriptors(t); now > open {
		s.differ("%d descriptors are open, %d were before", now, open)
	}
}

// rage is the storm.
func (s *squall) rage(random *rand.Rand, length time.Duration) {
	s.t.Helper()
	s.weather.proxy.Slow(fair)
	for end := time.Now().Add(length); time.Now().Before(end); {
		s.pass(nil)
		s.outlast(1)
		order := orders[random.IntN(len(orders))]
		of := random.Uint64()
		if s.bench.engine.Snapshot().Totals.Pending < 200 {
			s.insist(uploader.Add{Batch: uploader.NewBatchID(), Server: s.server, Paths: []string{s.deliver()}, Options: optionsOf(of)})
		}
		if of%2 == 0 {
			s.orders[order.name]++
			order.give(s, of>>2)
		}
		s.look()
	}
	s.calm()
}

// calm is the end of everything that is the matter.
func (s *squall) calm() {
	s.t.Helper()
	s.weather.calm()
	s.turnstile.takes(0)
	s.outlast(math.MaxInt)
	s.bench.until("room on the disk", func(now *uploader.Snapshot) bool { return now.Trouble == nil })
	s.configure(usual())
	s.profile(uploader.Profile{})
	s.ask(uploader.Metering{})
	s.ask(uploader.SignedIn{Server: s.server})
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

// pick is some transfer; nil when there is none.
func (s *squall) pick(of uint64) *uploader.Transfer {
	rows := s.unfinished()
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
func (s *squall) disturb(t *uploader.Transfer) {
	if t != nil {
		if p := s.ledger.pages[t.Source.Path]; p != nil {
			p.unquiet = true
		}
	}
}

func (s *squall) unfinished() []*uploader.Transfer {
	rows := s.bench.engine.Snapshot().Transfers
	return slices.DeleteFunc(slices.Clone(rows), func(t *uploader.Transfer) bool { return t.Phase == uploader.PhaseDone })
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
		s.insist(uploader.Resume{Target: uploader.Everything()}) // a save that was refused may only now be known
		s.answer(0)
		s.retry(s.unfinished()...)
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
	s.differ("not at an end in good weather:\n%s", describe(s.bench.engine.Snapshot()))
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
