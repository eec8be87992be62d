package endtoend_test

import (
	"maps"
	"math"
	"net/http"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/netx"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// foreignFaults are responses of an intermediary in place of the server.
var foreignFaults = map[string]requestFault{
	"not found":   respondWith(http.StatusNotFound, "404 page not found\n"),
	"gone":        respondWith(http.StatusGone, "gone\n"),
	"not allowed": respondWith(http.StatusMethodNotAllowed, "405 method not allowed\n"),
	"page":        respondWith(http.StatusOK, "<html>Welcome to the hotel</html>"),
	"empty":       respondWith(http.StatusOK, ""),
	"no content":  respondWith(http.StatusNoContent, ""),
}

// methodFiles are the files of TestForeignResponseToEveryRequestConverges. One is sent
// and resumed (POST, PATCH, HEAD), one is sent in parts (and DELETE), one is cancelled.
type methodFiles struct{ known, resumed, parts, cancelled string }

// TestForeignResponseToEveryRequestConverges lets an intermediary respond to the first
// request after the client knows that the server sends Tus-Resumable, then in another run
// to the second, and so on. Nothing may stop, be sent twice or stay on the server.
func TestForeignResponseToEveryRequestConverges(t *testing.T) {
	t.Parallel()
	random, dir := newRandom(t, seedFiles), t.TempDir()
	files := methodFiles{
		filepath.Join(dir, "note.txt"), filepath.Join(dir, "film a.mov"), filepath.Join(dir, "film b.mov"), filepath.Join(dir, "film c.mov"),
	}
	createFile(t, random, files.known, 100)
	createFile(t, random, files.resumed, 3<<20)
	createFile(t, random, files.parts, 16<<20+4321)
	createFile(t, random, files.cancelled, 4<<20)
	for _, name := range slices.Sorted(maps.Keys(foreignFaults)) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for n := 1; ; n++ {
				if !uploadWithForeignResponse(t, n, foreignFaults[name], files) {
					t.Logf("%d requests", n-1)
					return
				}
			}
		})
	}
}

func uploadWithForeignResponse(t *testing.T, n int, respond requestFault, files methodFiles) bool {
	t.Helper()
	server := newTusd(t)
	transport := netx.Transport(netx.Config{})
	defer transport.CloseIdleConnections()
	network := &faultyTransport{next: transport, n: math.MaxInt, fault: respond}
	runner := newEngineRunner(t, filepath.Join(t.TempDir(), "ferry.db"), network)
	to := runner.addServer(server.Endpoint)
	add := func(path string, options uploader.BatchOptions) uploader.BatchID {
		batch := uploader.NewBatchID()
		runner.do(uploader.Add{Batch: batch, Server: to, Paths: []string{path}, Options: options})
		return batch
	}
	wantDone(t, runner.waitFinal(add(files.known, uploader.BatchOptions{})))
	network.injectAt(n)

	resumed := add(files.resumed, uploader.BatchOptions{ChunkMax: 1 << 20, Limit: 8 << 20})
	runner.waitFor("the second chunk", func(s *uploader.Snapshot) bool {
		return s.Totals.Count[uploader.StateDone] == 2 || slices.ContainsFunc(slices.Collect(s.Transfers.Values()), func(t *uploader.Transfer) bool {
			return t.Batch == resumed && (t.Session.Offset >= 1<<20 || t.Phase == uploader.PhaseWaiting)
		})
	})
	runner.restart()
	wantDone(t, runner.waitFinal(resumed))
	wantDone(t, runner.waitFinal(add(files.parts, uploader.BatchOptions{Connections: 2})))

	cancelled := add(files.cancelled, uploader.BatchOptions{ChunkMax: 1 << 20, Limit: 1 << 20})
	runner.waitFor("the upload to be cancelled", func(s *uploader.Snapshot) bool {
		return slices.ContainsFunc(slices.Collect(s.Transfers.Values()), func(t *uploader.Transfer) bool { return t.Batch == cancelled && t.Session.Begun() })
	})
	runner.do(uploader.Cancel{Target: uploader.Target{Batch: cancelled}})
	runner.waitFinal(cancelled)
	if !waitStored(t, server, 3) {
		t.Errorf("server does not have 3 uploads: %+v", server.Stored(t))
	}
	runner.stop()

	stored := server.Stored(t)
	for _, path := range []string{files.known, files.resumed, files.parts} {
		if sum := fileSum(t, path); !completeSums(stored)[sum] {
			t.Errorf("%s is not on the server", path)
		}
	}
	sent := map[string]int64{}
	for _, r := range server.Requests() {
		sent[filepath.Base(r.Path)] += r.Body
	}
	for _, f := range stored {
		if sent[f.Name] > f.Length {
			t.Errorf("%s: %d bytes sent, file has %d", f.Name, sent[f.Name], f.Length)
		}
	}
	if t.Failed() {
		t.Fatalf("with a foreign response to request %d", n)
	}
	return network.injected()
}

// waitStored waits until the server has that number of uploads, after it was asked to
// remove others. It reports whether it has.
func waitStored(t *testing.T, server *uploadtest.TusdProcess, want int) bool {
	t.Helper()
	poll := time.NewTicker(20 * time.Millisecond)
	defer poll.Stop()
	timeout := time.After(runTimeout)
	for {
		infos, err := filepath.Glob(filepath.Join(server.Dir, "*.info"))
		if err != nil {
			t.Fatal(err)
		}
		if len(infos) == want {
			return true
		}
		select {
		case <-poll.C:
		case <-timeout:
			return false
		}
	}
}
