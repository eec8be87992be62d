package engine_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// cluster is two servers that share nothing behind a load balancer that recognizes a client
// by a cookie, and an engine that uploads to them.
type cluster struct {
	*harness
	nodes    []*uploadtest.Tusd
	balancer *uploadtest.Balancer
	proxy    *uploadtest.Proxy
}

func newCluster(t *testing.T) *cluster {
	t.Helper()
	c := &cluster{nodes: []*uploadtest.Tusd{uploadtest.NewTusd(t), uploadtest.NewTusd(t)}}
	c.balancer = uploadtest.NewBalancer(t, c.nodes[0].URL, c.nodes[1].URL)
	endpoint := strings.Replace(c.nodes[0].Endpoint, c.nodes[0].URL, c.balancer.URL, 1)
	c.proxy = uploadtest.NewProxy(t, endpoint)
	c.harness = newHarness(t, c.proxy.URL(endpoint))
	return c
}

// begin adds a file and waits until a node has some of it.
func (c *cluster) begin(path string) (batch uploader.BatchID, node int) {
	c.t.Helper()
	c.proxy.HoldEachAfter(6 << 20)
	batch = c.add(path)
	c.waitFor("a node to have 3 MiB", func(*uploader.Snapshot) bool {
		for i, n := range c.nodes {
			if stored := n.Stored(c.t); len(stored) == 1 && stored[0].Size >= 3<<20 {
				node = i
				return true
			}
		}
		return false
	})
	return batch, node
}

// kill ends the engine as if its process was killed: nothing more is saved. It starts
// another one on the same store.
func (c *cluster) kill() {
	c.t.Helper()
	c.store.FailFrom(1)
	c.stop()
	c.store.FailOn(0)
	c.proxy.HoldEachAfter(0)
	c.start()
}

// stored returns how many uploads the nodes have.
func (c *cluster) stored() (counts []int) {
	for _, n := range c.nodes {
		counts = append(counts, len(n.Stored(c.t)))
	}
	return counts
}

// checkDone checks that the only transfer is done and was uploaded once.
func (c *cluster) checkDone(batch uploader.BatchID, node int) {
	c.t.Helper()
	if transfers := c.waitFinal(batch); transfers[0].Phase != uploader.PhaseDone {
		c.t.Fatalf("transfer is %v: %v", transfers[0].Phase, transfers[0].Fault)
	}
	want := []int{0, 0}
	want[node] = 1
	if got := c.stored(); !slices.Equal(got, want) {
		c.t.Errorf("nodes have %v uploads, want %v", got, want)
	}
}

func TestJ5UploadResumesWithItsCookieAfterKill(t *testing.T) {
	t.Parallel()
	c := newCluster(t)
	batch, node := c.begin(createFile(t, "film.mov", 12<<20))
	c.kill()
	before := len(c.balancer.Requests())
	c.checkDone(batch, node)
	for _, r := range c.balancer.Requests()[before:] {
		if r.Cookie == "" {
			t.Errorf("%s without the cookie, to node %d", r.Method, r.Node)
		}
	}
}

// TestJ5CookieOfCreationIsSavedWithTheURL lets only the response to POST set a cookie.
func TestJ5CookieOfCreationIsSavedWithTheURL(t *testing.T) {
	t.Parallel()
	c := newCluster(t)
	c.balancer.Silence(http.MethodOptions)
	batch, node := c.begin(createFile(t, "film.mov", 12<<20))
	saved, err := c.store.Load(t.Context())
	if err != nil || saved.Transfers.Len() != 1 || saved.Transfers.At(0).Session.URL == "" || !strings.Contains(saved.Cookies[testServer], uploadtest.NodeCookie) {
		t.Fatalf("saved: %+v, %v", saved, err)
	}
	c.kill()
	c.checkDone(batch, node)
}

func TestJ5PartsAndDeletionHaveTheCookie(t *testing.T) {
	t.Parallel()
	c := newCluster(t)
	c.balancer.Silence(http.MethodOptions)
	c.setServerOptions(uploader.ServerOptions{Connections: 3})
	batch := c.add(createFile(t, "film.mov", 40<<20))
	if transfers := c.waitFinal(batch); transfers[0].Phase != uploader.PhaseDone {
		t.Fatalf("transfer is %v: %v", transfers[0].Phase, transfers[0].Fault)
	}
	c.waitFor("the parts to be deleted", func(*uploader.Snapshot) bool {
		counts := c.stored()
		return counts[0]+counts[1] == 1
	})
	methods := map[string]bool{}
	node := -1
	for _, r := range c.balancer.Requests() {
		if r.Method == http.MethodOptions {
			continue
		}
		if node < 0 {
			node = r.Node // of the first POST
		}
		if methods[r.Method] = true; r.Node != node {
			t.Errorf("%s went to node %d, want %d", r.Method, r.Node, node)
		}
	}
	if !methods[http.MethodPatch] || !methods[http.MethodDelete] {
		t.Errorf("requests: %v", methods)
	}
}

func TestJ6AnotherNodeIsNotBelieved(t *testing.T) {
	t.Parallel()
	c := newCluster(t)
	batch, node := c.begin(createFile(t, "film.mov", 12<<20))
	c.balancer.IgnoreCookies(http.MethodHead, 2)
	c.kill()
	c.waitFor("a wait for the right node", func(s *uploader.Snapshot) bool {
		return s.Transfers.Len() == 1 && s.Transfers.At(0).Fault != nil && s.Transfers.At(0).Fault.Code == fault.CodeOtherNode
	})
	c.retryWaiting()
	c.checkDone(batch, node)
}

// TestJ2UploadContinuesWhenItsCookieEnds lets the load balancer end its cookie, so that the
// next request goes to any node, which gets a new upload if it does not have this one.
func TestJ2UploadContinuesWhenItsCookieEnds(t *testing.T) {
	t.Parallel()
	c := newCluster(t)
	batch, _ := c.begin(createFile(t, "film.mov", 12<<20))
	c.balancer.Set(uploadtest.NodeCookie + "=; Path=/; Max-Age=0")
	c.kill()
	c.waitFor("the end of the upload, or its loss to be noticed", func(s *uploader.Snapshot) bool {
		return s.Transfers.Len() == 1 && s.Transfers.At(0).Phase.Final()
	})
	c.do(uploader.Retry{Target: uploader.TargetAll()})
	if transfers := c.waitFinal(batch); transfers[0].Phase != uploader.PhaseDone {
		t.Errorf("transfer is %v: %v", transfers[0].Phase, transfers[0].Fault)
	}
}

func TestJ7CookiesEndWithTheirServer(t *testing.T) {
	t.Parallel()
	c := newCluster(t)
	batch := c.add(createFile(t, "a.txt", 10))
	c.waitFinal(batch)
	cookies := func() string {
		saved, err := c.store.Load(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return saved.Cookies[testServer]
	}
	if !strings.Contains(cookies(), uploadtest.NodeCookie) {
		t.Fatalf("saved cookies: %q", cookies())
	}
	server, _ := c.engine.Snapshot().Server(testServer)
	server.Name = "renamed"
	c.do(uploader.SaveServer{Server: server})
	if cookies() == "" {
		t.Error("the cookies ended with another name of the server")
	}
	server.Access = uploader.Access{SignIn: uploader.SignInBasic, User: "another"}
	c.do(uploader.SaveServer{Server: server})
	if got := cookies(); got != "" {
		t.Errorf("another user has the cookies %q", got)
	}
	c.waitFinal(c.add(createFile(t, "b.txt", 10)))
	c.do(uploader.Remove{Target: uploader.TargetAll()})
	c.do(uploader.RemoveServer{ID: testServer})
	if got := cookies(); got != "" {
		t.Errorf("cookies of the removed server: %q", got)
	}
}
