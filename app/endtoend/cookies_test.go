package endtoend_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// TestJ5KilledProgramResumesWithItsCookie uploads to two servers that share nothing behind a
// load balancer, which sets its cookie in the response to POST. The program is killed while
// the first bytes arrive.
func TestJ5KilledProgramResumesWithItsCookie(t *testing.T) {
	t.Parallel()
	killer := &requestKiller{n: 1, at: killPoints["while the server reads it"]}
	killAtPatch := uploadtest.Wrap(func(next http.Handler) http.Handler {
		kill := killer.wrap(next)
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodPatch {
				kill.ServeHTTP(w, r)
				return
			}
			next.ServeHTTP(w, r)
		})
	})
	nodes := []*uploadtest.Tusd{uploadtest.NewTusd(t, killAtPatch), uploadtest.NewTusd(t, killAtPatch)}
	balancer := uploadtest.NewBalancer(t, nodes[0].URL, nodes[1].URL)
	balancer.Silence(http.MethodOptions)
	ferry := &client{t: t, profile: t.TempDir(), endpoint: strings.Replace(nodes[0].Endpoint, nodes[0].URL, balancer.URL, 1)}
	path := filepath.Join(t.TempDir(), "film.mov")
	if err := os.WriteFile(path, make([]byte, 12<<20), 0o600); err != nil {
		t.Fatal(err)
	}

	first := killer.start(func() *run { return ferry.send(path) })
	first.wait(t, runTimeout)
	if !first.killed() {
		t.Fatalf("ferry %v was not killed: %v\n%s", first.args, first.exitErr, first.stderr.String())
	}
	before := len(balancer.Requests())
	second := ferry.resume()
	second.wait(t, runTimeout)
	if second.exitErr != nil {
		t.Fatalf("ferry %v: %v\n%s", second.args, second.exitErr, second.stderr.String())
	}
	uploads := 0
	for _, node := range nodes {
		uploads += len(node.Stored(t))
	}
	if uploads != 1 {
		t.Errorf("the servers have %d uploads, want 1", uploads)
	}
	for _, r := range balancer.Requests()[before:] {
		if r.Cookie == "" {
			t.Errorf("%s to node %d has no cookie", r.Method, r.Node)
		}
	}
	for _, r := range []*run{first, second} {
		if strings.Contains(r.stdout.String()+r.stderr.String(), uploadtest.NodeCookie) {
			t.Errorf("ferry %v printed the cookie", r.args)
		}
	}
}
