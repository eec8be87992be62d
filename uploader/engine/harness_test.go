package engine_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/engine"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/source"
	"github.com/ferryapp/ferry/uploader/tus"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, uploadtest.IgnoreTusdGoroutines())
}

// harness runs an engine with one server on an in-memory store. The engine can be
// stopped and started again on the same store.
type harness struct {
	t         *testing.T
	store     *uploadtest.Store
	endpoint  string
	engine    *engine.Engine
	stop      func()
	end       func() error         // stops the engine and returns its error
	configure func(*engine.Config) // changes the configuration of the next start; may be nil
}

// testServer is the ID of the harness's server.
const testServer uploader.ServerID = 2

// newHarness starts an engine with an empty store and adds one server. The engine
// is stopped when the test ends.
func newHarness(t *testing.T, endpoint string) *harness {
	t.Helper()
	h := &harness{t: t, store: uploadtest.NewStore(), endpoint: endpoint}
	h.start()
	h.do(uploader.SaveServer{Server: uploader.Server{Name: "studio", Endpoint: endpoint}})
	t.Cleanup(func() { h.stop() })
	return h
}

// start runs an engine on the store.
func (h *harness) start() {
	h.t.Helper()
	transport := http.DefaultTransport.(*http.Transport).Clone()
	settings := uploader.FallbackSettings()
	settings.SHA256 = true // by which the tests find out what was uploaded
	config := engine.Config{
		Store:    h.store,
		Settings: &settings,
		Log:      slog.New(slog.NewTextHandler(h.t.Output(), nil)),
		Connect: func(s uploader.Server) (uploader.Protocol, error) {
			return tus.New(tus.Config{
				Endpoint: s.Endpoint, HTTP: transport, MethodOverride: s.Options.MethodOverride, SendsVersion: s.Options.SendsVersion,
				OmitsVersion: s.Options.OmitsVersion, AllowedHosts: s.Options.AllowedHosts,
				OverwriteHeader: s.Options.OverwriteHeader, OverwriteQuery: s.Options.OverwriteQuery,
			})
		},
	}
	if h.configure != nil {
		h.configure(&config)
	}
	h.engine = engine.New(config)
	ctx, cancel := context.WithCancel(h.t.Context())
	ended := make(chan error, 1)
	go func() { ended <- h.engine.Run(ctx) }()
	h.end = func() error {
		cancel()
		err := <-ended
		transport.CloseIdleConnections()
		h.stop = func() {}
		return err
	}
	h.stop = func() {
		if err := h.end(); err != nil {
			h.t.Errorf("run: %v", err)
		}
	}
}

// restart stops the engine and starts another one on the same store.
func (h *harness) restart() {
	h.t.Helper()
	h.stop()
	h.start()
}

// do runs a command and fails the test if it fails.
func (h *harness) do(command uploader.Command) {
	h.t.Helper()
	if err := h.engine.Do(h.t.Context(), command); err != nil {
		h.t.Fatalf("%T: %v", command, err)
	}
}

// doWithRetry runs a command until it succeeds.
func (h *harness) doWithRetry(command uploader.Command) {
	h.t.Helper()
	for range 5 {
		err := h.engine.Do(h.t.Context(), command)
		if err == nil {
			return
		}
		if errors.Is(err, engine.ErrStopped) {
			h.t.Fatal(err)
		}
		h.waitFor("saves to succeed", func(s *uploader.Snapshot) bool { return s.StoreFault == nil })
	}
	h.t.Fatalf("%T still fails after 5 tries", command)
}

// add adds paths in a new batch.
func (h *harness) add(paths ...string) uploader.BatchID {
	h.t.Helper()
	return h.addWithOptions(uploader.BatchOptions{}, paths...)
}

// addWithOptions adds paths in a new batch with options.
func (h *harness) addWithOptions(options uploader.BatchOptions, paths ...string) uploader.BatchID {
	h.t.Helper()
	batch := uploader.NewBatchID()
	h.do(uploader.Add{Batch: batch, Server: testServer, Paths: paths, Options: options})
	return batch
}

// setServerOptions saves the server with other options.
func (h *harness) setServerOptions(options uploader.ServerOptions) {
	h.t.Helper()
	server, _ := h.engine.Snapshot().Server(testServer)
	server.Options = options
	h.do(uploader.SaveServer{Server: server})
}

// changeEndpoint saves the server with another endpoint.
func (h *harness) changeEndpoint(endpoint string) {
	h.t.Helper()
	h.waitLoaded()
	server, _ := h.engine.Snapshot().Server(testServer)
	server.Endpoint = endpoint
	h.do(uploader.SaveServer{Server: server})
}

// waitFor waits for a snapshot for which cond returns true, and returns it.
func (h *harness) waitFor(what string, cond func(*uploader.Snapshot) bool) *uploader.Snapshot {
	h.t.Helper()
	ctx, cancel := context.WithTimeout(h.t.Context(), 5*time.Minute)
	defer cancel()
	changes := h.engine.Watch(ctx)
	for {
		s := h.engine.Snapshot()
		if cond(s) {
			return s
		}
		if _, open := <-changes; !open {
			h.t.Fatalf("timed out waiting for %s; transfers: %s", what, describe(s))
		}
	}
}

// waitLoaded waits until the engine has loaded the saved state, and returns its
// first snapshot.
func (h *harness) waitLoaded() *uploader.Snapshot {
	h.t.Helper()
	return h.waitFor("the first snapshot", func(s *uploader.Snapshot) bool { return s.Seq > 0 })
}

// waitFinal waits until a batch is scanned and all its transfers are final, and
// returns them.
func (h *harness) waitFinal(batch uploader.BatchID) []*uploader.Transfer {
	h.t.Helper()
	var transfers []*uploader.Transfer
	h.waitFor("all transfers of the batch to be final", func(s *uploader.Snapshot) bool {
		transfers = nil
		if added := s.Batches[batch]; added == nil || !added.Scanned {
			return false
		}
		for t := range s.Transfers.Values() {
			if t.Batch == batch {
				transfers = append(transfers, t)
				if !t.Phase.Final() {
					return false
				}
			}
		}
		return true
	})
	return transfers
}

// waitState waits for a transfer in that state and returns it. A paused transfer is
// returned once its worker has stopped.
func (h *harness) waitState(want uploader.State) *uploader.Transfer {
	h.t.Helper()
	var found *uploader.Transfer
	h.waitFor("a transfer in state "+want.String(), func(s *uploader.Snapshot) bool {
		for t := range s.Transfers.Values() {
			if t.State() == want && (want != uploader.StatePaused || t.Phase == uploader.PhaseQueued) {
				found = t
				return true
			}
		}
		return false
	})
	return found
}

// waitCount waits until that number of transfers is in a state.
func (h *harness) waitCount(state uploader.State, want int) *uploader.Snapshot {
	h.t.Helper()
	return h.waitFor(fmt.Sprintf("%d transfers in state %v", want, state), func(s *uploader.Snapshot) bool { return s.Totals.Count[state] == want })
}

// waitSent waits until more than size bytes of the only transfer are sent.
func (h *harness) waitSent(size int64) {
	h.t.Helper()
	h.waitFor(fmt.Sprintf("more than %d bytes to be sent", size), func(s *uploader.Snapshot) bool {
		return s.Transfers.Len() == 1 && s.Sent(s.Transfers.At(0)) > size
	})
}

// waitProven waits until the proof of the bytes of the only transfer is saved.
func (h *harness) waitProven(bytes source.Range) {
	h.t.Helper()
	h.waitFor(fmt.Sprintf("the proof of %v to be saved", bytes), func(s *uploader.Snapshot) bool {
		if s.Transfers.Len() != 1 {
			return false
		}
		proof, err := h.store.Proof(h.t.Context(), s.Transfers.At(0).ID)
		return err == nil && len(proof.Gaps(bytes)) == 0
	})
}

// waitStored waits until the server has exactly one upload with at least size bytes.
func (h *harness) waitStored(server tusdServer, size int64) {
	h.t.Helper()
	h.waitFor(fmt.Sprintf("the server to have %d bytes", size), func(*uploader.Snapshot) bool {
		stored := server.Stored(h.t)
		return len(stored) == 1 && stored[0].Size >= size
	})
}

// waitCancelled waits until the first transfer is cancelled and its worker has
// stopped.
func (h *harness) waitCancelled() {
	h.t.Helper()
	h.waitFor("a cancelled transfer", func(s *uploader.Snapshot) bool { return s.Transfers.At(0).Phase == uploader.PhaseCancelled })
}

// waitBlocked waits until the server is blocked by a fault of that kind and no
// transfer is running.
func (h *harness) waitBlocked(kind fault.Kind) {
	h.t.Helper()
	h.waitFor("the server to be blocked", func(s *uploader.Snapshot) bool {
		f := s.Blocked[testServer]
		return f != nil && f.Kind == kind && s.Totals.Active == 0
	})
}

// retryUntil is like waitFor, and retries waiting transfers meanwhile.
func (h *harness) retryUntil(what string, want func(*uploader.Snapshot) bool) {
	h.t.Helper()
	h.waitFor(what, func(s *uploader.Snapshot) bool {
		for t := range s.Transfers.Values() {
			if t.Phase == uploader.PhaseWaiting {
				h.do(uploader.Retry{Target: uploader.TargetAll()})
			}
		}
		return want(s)
	})
}

// retryWaiting waits until all batches are scanned, and retries transfers that wait until
// all are final. Those that failed are not retried.
func (h *harness) retryWaiting() {
	h.t.Helper()
	h.waitFor("all transfers to be final", func(s *uploader.Snapshot) bool {
		final := true
		for _, b := range s.Batches {
			final = final && b.Scanned
		}
		for t := range s.Transfers.Values() {
			if t.Phase == uploader.PhaseWaiting {
				h.do(uploader.Retry{Target: uploader.TargetTransfers(t.ID)})
			}
			final = final && t.Phase.Final()
		}
		return final
	})
}

// retryUntilState retries busy transfers until there is a transfer in that state.
func (h *harness) retryUntilState(want uploader.State) (found *uploader.Transfer) {
	h.t.Helper()
	h.waitFor("a transfer in state "+want.String(), func(s *uploader.Snapshot) bool {
		for t := range s.Transfers.Values() {
			switch t.State() {
			case want:
				found = t
				return true
			case uploader.StateBusy:
				go func() { _ = h.engine.Do(h.t.Context(), uploader.Retry{Target: uploader.TargetTransfers(t.ID)}) }()
			}
		}
		return false
	})
	return found
}

// retryUntilFinal retries the only transfer whenever it waits, until it is final. It
// checks that a waiting transfer has a fault and a time of its next try.
func (h *harness) retryUntilFinal() (last *uploader.Transfer) {
	h.t.Helper()
	h.waitFor("a final transfer", func(s *uploader.Snapshot) bool {
		if s.Transfers.Len() != 1 {
			return false
		}
		last = s.Transfers.At(0)
		if last.Phase == uploader.PhaseWaiting {
			if last.Fault == nil || last.NextTry.IsZero() {
				h.t.Errorf("waiting transfer has fault %v, next try at %v", last.Fault, last.NextTry)
			}
			retry := uploader.Retry{Target: uploader.TargetTransfers(last.ID)}
			go func() { _ = h.engine.Do(h.t.Context(), retry) }()
		}
		return last.Phase.Final()
	})
	return last
}

// onlyTransfer returns the transfer if there is exactly one.
func (h *harness) onlyTransfer() *uploader.Transfer {
	h.t.Helper()
	transfers := h.engine.Snapshot().Transfers
	if transfers.Len() != 1 {
		h.t.Fatalf("%d transfers, want 1: %s", transfers.Len(), describe(h.engine.Snapshot()))
	}
	return transfers.At(0)
}

// eventKinds returns the kinds of the events of a transfer, and checks that their
// times are set and in order.
func (h *harness) eventKinds(id uploader.TransferID) []uploader.EventKind {
	h.t.Helper()
	events, err := h.engine.Events(h.t.Context(), id)
	if err != nil {
		h.t.Fatal(err)
	}
	var kinds []uploader.EventKind
	for i, e := range events {
		kinds = append(kinds, e.Kind)
		if e.At.IsZero() || i > 0 && e.At.Before(events[i-1].At) {
			h.t.Errorf("event %s has time %v", e.Kind, e.At)
		}
	}
	return kinds
}

// wantEvent checks that a transfer has an event of that kind.
func (h *harness) wantEvent(id uploader.TransferID, kind uploader.EventKind) {
	h.t.Helper()
	if kinds := h.eventKinds(id); !slices.Contains(kinds, kind) {
		h.t.Errorf("event %s is missing: %v", kind, kinds)
	}
}

// describe lists the transfers of a snapshot with their states, for failure messages.
func describe(s *uploader.Snapshot) string {
	text := ""
	for t := range s.Transfers.Values() {
		text += t.Source.Name() + " " + t.State().String() + " "
		if t.Fault != nil {
			text += "(" + t.Fault.Error() + ") "
		}
	}
	return text
}

// testSettings returns the default settings with one connection per file, without a wait
// for recently modified files, and with the SHA-256 of uploaded files, changed by change.
func testSettings(change func(*uploader.Settings)) uploader.Settings {
	s := uploader.DefaultSettings()
	s.SettleTime, s.Connections, s.SHA256 = 0, 1, true
	change(&s)
	return s
}

// newHarnessWith returns a harness whose settings are those of testSettings, changed
// by set.
func newHarnessWith(t *testing.T, endpoint string, set func(*uploader.Settings)) *harness {
	t.Helper()
	h := newHarness(t, endpoint)
	h.stop()
	h.configure = func(c *engine.Config) {
		s := testSettings(set)
		c.Settings = &s
	}
	h.start()
	return h
}

// everyDay is the days of a schedule span that applies on all days.
var everyDay = [7]bool{true, true, true, true, true, true, true}

// startSlowUpload adds a file of 12 MiB over a connection that is held after 6 MiB, and waits
// until the server has 3 MiB of it.
func startSlowUpload(t *testing.T) (h *harness, server *uploadtest.Tusd, proxy *uploadtest.Proxy, path string) {
	t.Helper()
	server = uploadtest.NewTusd(t)
	proxy = uploadtest.NewProxy(t, server.Endpoint)
	h = newHarness(t, proxy.URL(server.Endpoint))
	proxy.HoldEachAfter(6 << 20)
	path = createFile(t, "film.mov", 12<<20)
	h.add(path)
	h.waitStored(server, 3<<20)
	return h, server, proxy, path
}

// tusdServer is a tusd server, in this process or as a separate program.
type tusdServer interface {
	Stored(t testing.TB) []uploadtest.StoredFile
}

// intercept is a server option that passes each request to handle, with the server's
// handler as next.
func intercept(handle func(w http.ResponseWriter, r *http.Request, next http.Handler)) uploadtest.Option {
	return uploadtest.Wrap(func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { handle(w, r, next) })
	})
}

// offerExtensions is a server option that responds to OPTIONS with a list of
// extensions.
func offerExtensions(extensions string) uploadtest.Option {
	return intercept(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if r.Method != http.MethodOptions {
			next.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Tus-Resumable", "1.0.0")
		w.Header().Set("Tus-Version", "1.0.0")
		w.Header().Set("Tus-Extension", extensions)
		w.WriteHeader(http.StatusNoContent)
	})
}

// wantStored checks that the server has exactly one upload of each file and no
// other uploads.
func wantStored(t *testing.T, server tusdServer, paths ...string) {
	t.Helper()
	stored := map[string]int{}
	for _, f := range server.Stored(t) {
		stored[f.SHA256]++
	}
	for _, path := range paths {
		if sum := fileSHA256(t, path); stored[sum] != 1 {
			t.Errorf("%q is stored %d times, want 1", filepath.Base(path), stored[sum])
		} else {
			delete(stored, sum)
		}
	}
	if len(stored) != 0 {
		t.Errorf("server has %d other uploads, want 0", len(stored))
	}
}

// wantStoredOnce checks that the server has exactly one upload of the file. It may
// have other uploads.
func wantStoredOnce(t *testing.T, server tusdServer, path string) {
	t.Helper()
	n := 0
	for _, f := range server.Stored(t) {
		if f.SHA256 == fileSHA256(t, path) {
			n++
		}
	}
	if n != 1 {
		t.Errorf("server has %d uploads of the file, want 1", n)
	}
}

// countRequests returns the number of requests with that method.
func countRequests(requests []uploadtest.Request, method string) int {
	n := 0
	for _, r := range requests {
		if r.Method == method {
			n++
		}
	}
	return n
}

// bodyBytes returns the total size of the request bodies.
func bodyBytes(requests []uploadtest.Request) int64 {
	var sum int64
	for _, r := range requests {
		sum += r.Body
	}
	return sum
}

// bodySizes returns the body sizes of the requests with that method.
func bodySizes(requests []uploadtest.Request, method string) (sizes []int64) {
	for _, r := range requests {
		if r.Method == method {
			sizes = append(sizes, r.Body)
		}
	}
	return sizes
}
