package endtoend_test

import (
	"math/rand/v2"
	"net/http"
	"testing"

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
	counts  map[string]int         // by fault name
	planned int                    // error responses planned at the gateway
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
	{"error responses", false, (*faultInjector).respondErrors},
	{"server restarted", false, (*faultInjector).restartServer},
}

// errorResponses are temporary error responses of gateways and servers. None of them
// may stop a transfer.
var errorResponses = []uploadtest.Response{
	{Status: http.StatusBadGateway, Body: "<html><h1>502 Bad Gateway</h1></html>"},
	{Status: http.StatusServiceUnavailable},
	{Status: http.StatusServiceUnavailable, Header: map[string]string{"Retry-After": "1"}},
	{Status: http.StatusGatewayTimeout},
	{Status: http.StatusTooManyRequests, Header: map[string]string{"Retry-After": "1"}},
	{Status: http.StatusLocked, Header: tusHeader, Body: "ERR_UPLOAD_LOCKED: file currently locked\n"},
	{Status: http.StatusInternalServerError, Header: tusHeader, Body: "ERR_LOCK_TIMEOUT: failed to acquire lock before timeout\n"},
	{Status: http.StatusConflict, Header: tusHeader, Body: "ERR_MISMATCHED_OFFSET: mismatched offset\n"},
	{Status: http.StatusRequestTimeout},
}

var tusHeader = map[string]string{"Tus-Resumable": "1.0.0"}

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

// restore ends the faults of the proxy.
func (f *faultInjector) restore() {
	f.t.Helper()
	f.proxy.Restore(f.t)
	f.active = false
}

// endAll ends all faults. It sends requests to use up the gateway's planned responses.
func (f *faultInjector) endAll() {
	f.t.Helper()
	f.restore()
	methods := []string{http.MethodPost, http.MethodPatch, http.MethodHead}
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	for i := 0; f.gateway != nil && len(f.gateway.Requests()) < f.planned; i++ {
		request, err := http.NewRequestWithContext(f.t.Context(), methods[i%len(methods)], f.gateway.URL+"/unused", nil)
		if err != nil {
			f.t.Fatal(err)
		}
		response, err := client.Do(request)
		if err != nil {
			f.t.Fatal(err)
		}
		_ = response.Body.Close()
	}
}

// respondErrors plans error responses at the gateway. It reports false if there is no
// gateway or earlier ones are left: a gateway that answers every request itself lets
// nothing reach the server.
func (f *faultInjector) respondErrors() bool {
	count, response := 1+f.random.IntN(12), errorResponses[f.random.IntN(len(errorResponses))]
	method := []string{"", http.MethodPost, http.MethodPatch, http.MethodHead}[f.random.IntN(4)]
	if f.gateway == nil || len(f.gateway.Requests()) != f.planned {
		return false
	}
	f.planned += count
	f.gateway.Respond(count, method, response)
	return true
}

func (f *faultInjector) restartServer() bool {
	if f.server == nil {
		return false
	}
	f.server.Restart(f.t)
	return true
}
