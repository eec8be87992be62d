package endtoend_test

import (
	"fmt"
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

// engineStress is a stress test of the engine in this process, with random commands.
type engineStress struct {
	*stressRun
	runner      *engineRunner
	filter      *requestFilter
	endpoint    string // the creation URL
	server      uploader.ServerID
	actions     map[string]int
	timedFaults []timedFault
	runs        int

	removed map[uploader.TransferID]bool
}

// TestStressEngine runs the engine with random faults, changes of files and commands.
// In addition to the checks of TestStressProgram, the stopped engine must leave no
// goroutine and no open descriptor.
func TestStressEngine(t *testing.T) {
	t.Run("tusd", func(t *testing.T) {
		runRounds(t, *stressDuration/2, func(t *testing.T, round uint64, length time.Duration) {
			server := newTusd(t)
			runEngineStress(t, round, length, server.Endpoint, func(s *stressRun) {
				s.stored, s.requests = func() []uploadtest.StoredFile { return server.Stored(t) }, server.Requests
			})
		})
	})
	t.Run("reference server with checksums", func(t *testing.T) {
		runRounds(t, *stressDuration/2, func(t *testing.T, round uint64, length time.Duration) {
			server := uploadtest.NewReference(t)
			runEngineStress(t, 1<<20+round, length, server.Endpoint, func(s *stressRun) {
				// A chunk with a checksum is stored as a whole or not at all, so bytes may
				// be sent twice.
				s.stored = func() []uploadtest.StoredFile { return server.Stored(t) }
			})
		})
	})
}

func runEngineStress(t *testing.T, round uint64, length time.Duration, endpoint string, prepare func(*stressRun)) {
	t.Helper()
	filter, shows := newRequestFilter(), newVisibility()
	gateway := uploadtest.NewGateway(t, strings.TrimSuffix(endpoint, "/files/"),
		uploadtest.Wrap(filter.wrap), uploadtest.Wrap(shows.wrap), uploadtest.Wrap(signUploadURLs))
	proxy := uploadtest.NewProxy(t, gateway.URL)
	proxy.Refuse()
	before, open := goleak.IgnoreCurrent(), descriptors(t)
	proxy.Restore(t)

	s := &engineStress{
		stressRun: newStressRun(t, round, proxy), filter: filter, endpoint: proxy.URL(endpoint), runs: 1,
		actions: map[string]int{}, removed: map[uploader.TransferID]bool{},
	}
	s.faults.gateway, s.faults.shows = gateway, shows
	prepare(s.stressRun)
	transport := netx.Transport(netx.Config{})
	database := filepath.Join(t.TempDir(), "ferry.db")
	s.runner = newEngineRunner(t, database, netx.NewWatchdog(transport))
	s.server = s.runner.addServer(s.endpoint)
	s.faults.versionKnown = s.versionKnown
	s.files.sending, s.files.addedAgain = s.sending, true
	s.run(newRandom(t, seedPurposes*round+seedActions), length)
	s.finishAll()
	s.runner.stop()
	s.check(loadStore(t, database))
	for _, place := range findSecretsInDatabase(t, database) {
		s.report("secret in %s", place)
	}
	t.Logf("%d folders, %d files, %d done; faults: %v; actions: %v; rejected: %v; failed saves: %d",
		len(s.folders), len(s.files.records), len(s.done), s.faults.counts, s.actions, filter.rejections(), s.runner.disk.rejectedSaves())
	totals.add(s.runs, 0, filter.rejections())
	totals.add(0, 0, s.actions)
	totals.add(0, 0, map[string]int{"failed saves": s.runner.disk.rejectedSaves()})

	transport.CloseIdleConnections()
	http.DefaultTransport.(*http.Transport).CloseIdleConnections() // used by the gateway
	proxy.Refuse()
	goleak.VerifyNone(t, before, uploadtest.IgnoreTusdGoroutines())
	if now := descriptors(t); now > open {
		s.report("%d open descriptors, %d before", now, open)
	}
}

// run injects faults and sends commands for the duration.
func (s *engineStress) run(random *rand.Rand, length time.Duration) {
	s.t.Helper()
	s.faults.proxy.Throttle(baseRate)
	for end := time.Now().Add(length); time.Now().Before(end); {
		s.step(nil)
		s.endTimedFaults(1)
		action := userActions[random.IntN(len(userActions))]
		n := random.Uint64()
		if s.runner.engine.Snapshot().Totals.Pending < 200 {
			s.mustDo(uploader.Add{Batch: uploader.NewBatchID(), Server: s.server, Paths: []string{s.createFolder()}, Options: batchOptionsVariant(n)})
		}
		if n%2 == 0 {
			s.actions[action.name]++
			action.run(s, n>>2)
		}
		s.recordShown()
	}
	s.endFaults()
}

// endFaults ends every fault and resets settings and server options.
func (s *engineStress) endFaults() {
	s.t.Helper()
	s.faults.endAll()
	s.filter.setMaxBody(0)
	s.endTimedFaults(math.MaxInt)
	s.runner.waitFor("a save after the full disk", func(now *uploader.Snapshot) bool { return now.StoreFault == nil })
	s.configure(baseSettings())
	s.saveServerOptions(uploader.ServerOptions{})
	s.do(uploader.SetMetered{})
	s.do(uploader.Unblock{Server: s.server})
}

// versionKnown reports whether the engine knows that the server sends Tus-Resumable.
func (s *engineStress) versionKnown() bool {
	server, _ := s.runner.engine.Snapshot().Server(s.server)
	return server.Options.SendsVersion
}

// sending returns the paths of the files being sent.
func (s *engineStress) sending() []string {
	var paths []string
	now := s.runner.engine.Snapshot()
	for id := range now.Progress {
		paths = append(paths, now.Transfer(id).Source.Path)
	}
	slices.Sort(paths)
	return paths
}

// batchOptionsVariant returns the n-th variant of a batch's options.
func batchOptionsVariant(n uint64) uploader.BatchOptions {
	return []uploader.BatchOptions{{}, {}, {ChunkMax: 1 << 20}, {Connections: 3}, {Limit: 4 << 20}, {Connections: 2, ChunkMax: 3 << 20}}[n%6]
}

// pick returns the n-th unfinished transfer, modulo their number, or nil.
func (s *engineStress) pick(n uint64) *uploader.Transfer {
	rows := s.unfinished()
	if len(rows) == 0 {
		return nil
	}
	return rows[n%uint64(len(rows))]
}

func (s *engineStress) target(n uint64) uploader.Target {
	if t := s.pick(n); t != nil {
		return uploader.TargetTransfers(t.ID)
	}
	return uploader.TargetTransfers()
}

// markTouched marks a transfer's file as touched, so that it need not be uploaded.
func (s *engineStress) markTouched(t *uploader.Transfer) {
	if t != nil {
		if p := s.files.records[t.Source.Path]; p != nil {
			p.touched = true
		}
	}
}

func (s *engineStress) unfinished() []*uploader.Transfer {
	rows := slices.Collect(s.runner.engine.Snapshot().Transfers.Values())
	return slices.DeleteFunc(rows, func(t *uploader.Transfer) bool { return t.Phase == uploader.PhaseDone })
}

// recordShown records which transfers the engine shows, and which as done.
func (s *engineStress) recordShown() {
	for t := range s.runner.engine.Snapshot().Transfers.Values() {
		if s.removed[t.ID] {
			continue // it is shown until its upload is removed from the server
		}
		if info, err := os.Stat(t.Source.Path); err == nil && info.IsDir() {
			continue // it could not be read, and its files are shown when it is scanned again
		}
		s.added[t.ID] = fmt.Sprintf("%s of batch %d, %v, %v %v", t.Source.Path, t.Batch, t.Intent, t.Phase, t.Fault)
		if t.Phase == uploader.PhaseDone {
			s.done[t.ID] = true
		}
	}
}

// finishAll retries, without faults, until every transfer is finished.
func (s *engineStress) finishAll() {
	s.t.Helper()
	for tries := range maxResumes {
		s.mustDo(uploader.Resume{Target: uploader.TargetAll()}) // a pause may have been saved after it was reported as failed
		s.answerQuestions(0)
		s.retry(tries == 0, s.unfinished()...)
		last := s.runner.waitFor("the end of all transfers", func(now *uploader.Snapshot) bool {
			for _, b := range now.Batches {
				if !b.Scanned {
					return false
				}
			}
			return !slices.ContainsFunc(slices.Collect(now.Transfers.Values()), func(t *uploader.Transfer) bool { return !t.Phase.Final() })
		})
		s.recordShown()
		if !slices.ContainsFunc(slices.Collect(last.Transfers.Values()), func(t *uploader.Transfer) bool {
			return t.Phase != uploader.PhaseDone && !(t.Fault != nil && t.Fault.Kind == fault.SourceMissing && missing(t.Source.Path))
		}) {
			return
		}
	}
	s.report("unfinished without faults:\n%s", describeUnfinished(s.runner.engine.Snapshot()))
}

// descriptors returns the number of open descriptors of this process, on Linux.
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
