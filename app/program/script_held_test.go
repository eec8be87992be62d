package program

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// heldServers are the servers of a script that can hold uploads.
type heldServers struct {
	gates                  []*uploadtest.Gate
	endpoint, authEndpoint string
}

// heldKey is the key of a script's *heldServers.
type heldKey struct{}

// newHeldServers starts servers that store uploads at two tusds. The second one requires a
// sign-in.
func newHeldServers(t *testing.T, tusd, private *uploadtest.Tusd) *heldServers {
	t.Helper()
	s := &heldServers{}
	s.endpoint = s.start(t, tusd.Config.Handler)
	s.authEndpoint = s.start(t, requireSignIn(private.Config.Handler))
	return s
}

// start starts a server with a gate in front of next, and returns its endpoint.
func (s *heldServers) start(t *testing.T, next http.Handler) string {
	t.Helper()
	gate := uploadtest.NewGate(next)
	s.gates = append(s.gates, gate)
	server := httptest.NewServer(gate)
	t.Cleanup(func() {
		server.CloseClientConnections() // Close waits for open requests
		server.Close()
	})
	return server.URL + "/files/"
}

func (s *heldServers) hold() {
	for _, gate := range s.gates {
		gate.Hold()
	}
}

func (s *heldServers) release() {
	for _, gate := range s.gates {
		gate.Release()
	}
}

// drop releases the servers and drops what they hold of programs that ended.
func (s *heldServers) drop() {
	for _, gate := range s.gates {
		gate.Drop()
	}
}

func heldOf(ts *testscript.TestScript) *heldServers { return ts.Value(heldKey{}).(*heldServers) }

// cmdHold implements "hold": until the command release, no upload at $HELD and $AUTH becomes
// complete.
func cmdHold(ts *testscript.TestScript, _ bool, _ []string) { heldOf(ts).hold() }

// cmdRelease implements "release".
func cmdRelease(ts *testscript.TestScript, _ bool, _ []string) { heldOf(ts).release() }

// cmdWaitHeld implements "waitheld": it waits until an upload at $HELD or $AUTH is held.
func cmdWaitHeld(ts *testscript.TestScript, _ bool, _ []string) {
	for deadline := time.Now().Add(scriptTimeout); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		for _, gate := range heldOf(ts).gates {
			if gate.Held() > 0 {
				return
			}
		}
	}
	ts.Fatalf("timeout waiting for an upload to be held")
}

// requireSignIn returns a handler that requires user ann with password oar.
func requireSignIn(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if user, password, _ := r.BasicAuth(); user != "ann" || password != "oar" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		next.ServeHTTP(w, r)
	})
}
