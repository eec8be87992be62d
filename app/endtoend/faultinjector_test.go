package endtoend_test

import (
	"math/rand/v2"
	"net/http"
	"testing"
	"time"

	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// faultInjector injects faults of the network and the server. It must be used from
// the test's goroutine.
type faultInjector struct {
	t       testing.TB
	random  *rand.Rand
	proxy   *uploadtest.Proxy
	gateway *uploadtest.Gateway    // nil if there is none
	server  *uploadtest.TusdBinary // nil if the server is in this process
	active  bool                   // a fault lasts until restore
	shows   *visibility            // of new uploads; nil if they are visible at once
	counts  map[string]int         // by fault name

	// versionKnown reports whether the client knows that the server sends
	// Tus-Resumable. Until then a foreign response may stop a transfer.
	versionKnown func() bool
}

// networkFault is one kind of fault.
type networkFault struct {
	name    string
	lasting bool
	inject  func(f *faultInjector) (happened bool)
}

var networkFaults = []networkFault{
	{"reset", false, func(f *faultInjector) bool { f.proxy.Reset(); return true }},
	{"reset after bytes", false, func(f *faultInjector) bool { f.proxy.ResetAfter(f.random.Int64N(4 << 20)); return true }},
	{"responses dropped", false, func(f *faultInjector) bool { f.proxy.DropResponses(1 + f.random.IntN(4)); return true }},
	{"black hole", true, func(f *faultInjector) bool { f.proxy.Blackhole(); return true }},
	{"connections refused", true, func(f *faultInjector) bool { f.proxy.Refuse(); return true }},
	{"slow", true, func(f *faultInjector) bool { f.proxy.Throttle(1<<18 + f.random.IntN(8<<20)); return true }},
	{"very slow", true, func(f *faultInjector) bool { f.proxy.Throttle(4<<10 + f.random.IntN(60<<10)); return true }},
	{"new uploads hidden", true, (*faultInjector).hideNewUploads},
	{"error responses", false, func(f *faultInjector) bool { return f.intercept(errorResponses) }},
	{"foreign responses", false, func(f *faultInjector) bool { return f.versionKnown() && f.intercept(foreignResponses) }},
	{"secrets in responses", false, func(f *faultInjector) bool { return f.intercept(echoes) }},
	{"one byte stored", false, func(f *faultInjector) bool { return f.intercept(shortened) }},
	{"server restarted", false, (*faultInjector).restartServer},
}

// baseRate is the upload rate without faults, in bytes per second. It is low enough
// that uploads of large files overlap with faults.
const baseRate = 8 << 20

// toggle ends the active fault, or injects a random one.
func (f *faultInjector) toggle() {
	if f.active {
		f.restore()
		f.proxy.Throttle(baseRate)
		return
	}
	next := networkFaults[f.random.IntN(len(networkFaults))]
	f.active = next.lasting
	if next.inject(f) {
		f.counts[next.name]++
	}
}

// restore ends the lasting faults, and those of the proxy.
func (f *faultInjector) restore() {
	f.t.Helper()
	f.proxy.Restore(f.t)
	if f.shows != nil {
		f.shows.setDelay(0)
	}
	f.active = false
}

// endAll ends all faults of the network and the gateway.
func (f *faultInjector) endAll() {
	f.t.Helper()
	f.restore()
	if f.gateway != nil {
		f.gateway.ForwardAll()
	}
}

// intercept makes the gateway handle some requests by a random one of the handlers. It
// reports false if there is no gateway or earlier faults are left: a gateway that answers
// every request itself lets nothing reach the server.
func (f *faultInjector) intercept(handlers []uploadtest.Interceptor) bool {
	count, handle := 1+f.random.IntN(12), handlers[f.random.IntN(len(handlers))]
	method := []string{"", http.MethodPost, http.MethodPatch, http.MethodHead}[f.random.IntN(4)]
	if f.gateway == nil || f.gateway.Pending() > 0 {
		return false
	}
	f.gateway.Intercept(count, method, handle)
	return true
}

// hideNewUploads hides new uploads for less time than a client waits for them.
func (f *faultInjector) hideNewUploads() bool {
	delay := time.Duration(1+f.random.IntN(2000)) * time.Millisecond
	if f.shows == nil {
		return false
	}
	f.shows.setDelay(delay)
	return true
}

func (f *faultInjector) restartServer() bool {
	if f.server == nil {
		return false
	}
	f.server.Restart(f.t)
	return true
}
