package endtoend_test

import (
	"math/rand/v2"
	"net/http"
	"testing"

	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// weather is the network and the server as they are on bad days. It belongs to
// the test's goroutine.
type weather struct {
	t       testing.TB
	random  *rand.Rand
	proxy   *uploadtest.Proxy
	gateway *uploadtest.Gateway    // nil when there is none on the way
	server  *uploadtest.TusdBinary // nil when it is in this process
	lasting bool                   // something is the matter until it is healed
	seen    map[string]int         // how often what happened
}

// mood is one thing that weather does.
type mood struct {
	name    string
	lasting bool
	act     func(w *weather)
}

var moods = []mood{
	{"cut", false, func(w *weather) { w.proxy.Cut() }},
	{"cut soon", false, func(w *weather) { w.proxy.CutAfter(w.random.Int64N(4 << 20)) }},
	{"answers lost", false, func(w *weather) { w.proxy.LoseAnswers(1 + w.random.IntN(4)) }},
	{"silence", true, func(w *weather) { w.proxy.Blackhole() }},
	{"refused", true, func(w *weather) { w.proxy.Refuse() }},
	{"slow", true, func(w *weather) { w.proxy.Slow(1<<18 + w.random.IntN(8<<20)) }},
	{"a burst of errors", false, (*weather).burst},
	{"a server restarted", false, (*weather).restart},
}

// bursts are answers that gateways and servers give when they are not well, none
// of which may stop a transfer for good.
var bursts = []uploadtest.Answer{
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

// change makes the weather better when something is the matter, and worse when
// nothing is.
func (w *weather) change() {
	if w.lasting {
		w.heal()
		return
	}
	next := moods[w.random.IntN(len(moods))]
	w.seen[next.name]++
	w.lasting = next.lasting
	next.act(w)
}

func (w *weather) heal() {
	w.t.Helper()
	w.proxy.Heal(w.t)
	w.lasting = false
}

func (w *weather) burst() {
	count, answer := 1+w.random.IntN(12), bursts[w.random.IntN(len(bursts))]
	method := []string{"", http.MethodPost, http.MethodPatch, http.MethodHead}[w.random.IntN(4)]
	if w.gateway != nil {
		w.gateway.Next(count, method, answer)
	}
}

func (w *weather) restart() {
	if w.server != nil {
		w.server.Restart(w.t)
	}
}
