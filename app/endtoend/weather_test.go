package endtoend_test

import (
	"math/rand/v2"
	"net/http"
	"testing"

	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// faultInjector is the network and the server as they are on bad days. It belongs to
// the test's goroutine.
type faultInjector struct {
	t       testing.TB
	random  *rand.Rand
	proxy   *uploadtest.Proxy
	gateway *uploadtest.Gateway    // nil when there is none on the way
	server  *uploadtest.TusdBinary // nil when it is in this process
	active bool                   // something is the matter until it is healed
	counts    map[string]int         // how often what happened
	planned int                    // answers the gateway was told to give
}

// networkFault is one thing that weather does.
type networkFault struct {
	name    string
	lasting bool
	inject     func(w *faultInjector) (happened bool)
}

var networkFaults = []networkFault{
	{"cut", false, func(w *faultInjector) bool { w.proxy.Cut(); return true }},
	{"cut soon", false, func(w *faultInjector) bool { w.proxy.CutAfter(w.random.Int64N(4 << 20)); return true }},
	{"answers lost", false, func(w *faultInjector) bool { w.proxy.LoseAnswers(1 + w.random.IntN(4)); return true }},
	{"silence", true, func(w *faultInjector) bool { w.proxy.Blackhole(); return true }},
	{"refused", true, func(w *faultInjector) bool { w.proxy.Refuse(); return true }},
	{"slow", true, func(w *faultInjector) bool { w.proxy.Slow(1<<18 + w.random.IntN(8<<20)); return true }},
	{"a burst of errors", false, (*faultInjector).respondErrors},
	{"a server restarted", false, (*faultInjector).restartServer},
}

// errorResponses are answers that gateways and servers give when they are not well, none
// of which may stop a transfer for good.
var errorResponses = []uploadtest.Answer{
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

// baseRate is how many bytes a second pass when nothing is the matter: few enough for
// large files to be under way most of the time.
const baseRate = 8 << 20

// toggle makes the weather better when something is the matter, and worse when
// nothing is.
func (w *faultInjector) toggle() {
	if w.active {
		w.restore()
		w.proxy.Slow(baseRate)
		return
	}
	next := networkFaults[w.random.IntN(len(networkFaults))]
	w.active = next.lasting
	if next.inject(w) {
		w.counts[next.name]++
	}
}

// restore ends what is the matter with the network, and with the gateway.
func (w *faultInjector) restore() {
	w.t.Helper()
	w.proxy.Heal(w.t)
	w.active = false
}

// endAll is heal for good: the answers that the gateway still means to give are
// taken by somebody whom they do not hurt.
func (w *faultInjector) endAll() {
	w.t.Helper()
	w.restore()
	methods := []string{http.MethodPost, http.MethodPatch, http.MethodHead}
	somebody := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	for i := 0; w.gateway != nil && len(w.gateway.Requests()) < w.planned; i++ {
		request, err := http.NewRequestWithContext(w.t.Context(), methods[i%len(methods)], w.gateway.URL+"/nobody", nil)
		if err != nil {
			w.t.Fatal(err)
		}
		answer, err := somebody.Do(request)
		if err != nil {
			w.t.Fatal(err)
		}
		_ = answer.Body.Close()
	}
}

// respondErrors is one at a time: a gateway that answers everything itself lets nothing
// happen behind it.
func (w *faultInjector) respondErrors() bool {
	count, answer := 1+w.random.IntN(12), errorResponses[w.random.IntN(len(errorResponses))]
	method := []string{"", http.MethodPost, http.MethodPatch, http.MethodHead}[w.random.IntN(4)]
	if w.gateway == nil || len(w.gateway.Requests()) != w.planned {
		return false
	}
	w.planned += count
	w.gateway.Next(count, method, answer)
	return true
}

func (w *faultInjector) restartServer() bool {
	if w.server == nil {
		return false
	}
	w.server.Restart(w.t)
	return true
}
