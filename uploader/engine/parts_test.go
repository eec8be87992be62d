package engine_test

import (
	"context"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/engine"
	"github.com/ferryapp/ferry/uploader/tus"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

func (b *bench) addWith(options uploader.Options, paths ...string) uploader.BatchID {
	b.t.Helper()
	batch := uploader.NewBatchID()
	b.do(uploader.Add{Batch: batch, Server: theServer, Paths: paths, Options: options})
	return batch
}

func TestN9PartsAreJoinedAndRemoved(t *testing.T) {
	for _, c := range []struct {
		name  string
		start func(*testing.T) (served, string)
	}{
		{"by tusd in this process", func(t *testing.T) (served, string) { s := uploadtest.NewTusd(t); return s, s.Endpoint }},
		{"by the real tusd", func(t *testing.T) (served, string) { s := uploadtest.NewTusdBinary(t); return s, s.Endpoint }},
	} {
		t.Run(c.name, func(t *testing.T) {
			server, endpoint := c.start(t)
			b := newBench(t, endpoint)
			path := write(t, "film.mov", 50<<20+7)
			small := write(t, "note.txt", 100)
			for _, row := range b.finished(b.addWith(uploader.Options{Connections: 3}, path, small)) {
				if row.Phase != uploader.PhaseDone {
					t.Errorf("%s: %v", row.Source.Name(), row.Fault)
				}
			}
			wantStored(t, server, path, small)
		})
	}
}

// farAway makes every server answer as late as over a long line.
func (b *bench) farAway() {
	b.change = func(config *engine.Config) {
		connect := config.Connect
		config.Connect = func(s uploader.Server) (uploader.Protocol, error) {
			protocol, err := connect(s)
			return distant{protocol}, err
		}
	}
	b.restart()
}

type distant struct{ uploader.Protocol }

func (d distant) Probe(ctx context.Context) (tus.Capabilities, error) {
	time.Sleep(20 * time.Millisecond)
	return d.Protocol.Probe(ctx)
}

func TestN11PartsGoOnPartByPartAfterAQuit(t *testing.T) {
	t.Parallel()
	server := uploadtest.NewTusd(t)
	proxy := uploadtest.NewProxy(t, server.Endpoint)
	b := newBench(t, proxy.URL(server.Endpoint))
	proxy.Slow(12 << 20)
	path := write(t, "film.mov", 40<<20)
	batch := b.addWith(uploader.Options{Connections: 4}, path)
	b.until("a part of it", func(*uploader.Snapshot) bool {
		var held int64
		for _, f := range server.Stored(t) {
			held += f.Size
		}
		return held > 12<<20
	})
	b.quit()
	proxy.Heal(t)
	b.start()
	row := b.finished(batch)[0]
	if row.Phase != uploader.PhaseDone || row.Resumed == 0 {
		t.Errorf("%v, went on at %d", row.Phase, row.Resumed)
	}
	wantStored(t, server, path)
	if sent := bodyBytes(server.Requests()); sent != row.Source.Size {
		t.Errorf("%d bytes were sent for a file of %d", sent, row.Source.Size)
	}
}

func TestN1AServerThatRefusesPartsGetsTheFileInOnePiece(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, refused string }{
		{"refuses parts", "partial"},
		{"refuses to join them", "final"},
	} {
		t.Run(c.name, func(t *testing.T) {
			server := uploadtest.NewTusd(t, uploadtest.Wrap(func(next http.Handler) http.Handler {
				return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					if strings.HasPrefix(r.Header.Get("Upload-Concat"), c.refused) {
						w.Header().Set("Tus-Resumable", "1.0.0")
						w.WriteHeader(http.StatusNotImplemented)
						return
					}
					next.ServeHTTP(w, r)
				})
			}))
			b := newBench(t, server.Endpoint)
			path := write(t, "film.mov", 20<<20)
			b.finished(b.addWith(uploader.Options{Connections: 4}, path))
			wantStored(t, server, path)
		})
	}
}

func TestCancellingRemovesAllParts(t *testing.T) {
	t.Parallel()
	server := uploadtest.NewTusd(t)
	proxy := uploadtest.NewProxy(t, server.Endpoint)
	b := newBench(t, proxy.URL(server.Endpoint))
	proxy.Slow(12 << 20)
	b.addWith(uploader.Options{Connections: 4}, write(t, "film.mov", 40<<20))
	b.until("a part of it", func(*uploader.Snapshot) bool { return len(server.Stored(t)) > 0 })
	b.do(uploader.Cancel{Target: uploader.Everything()})
	b.until("its end", func(s *uploader.Snapshot) bool { return s.Transfers[0].Phase == uploader.PhaseCancelled })
	if left := server.Stored(t); len(left) != 0 {
		t.Errorf("the server still holds %d uploads", len(left))
	}
}

// TestPartsUnderWayRestAndGoOn holds a file that crosses in parts.
func TestPartsUnderWayRestAndGoOn(t *testing.T) {
	t.Parallel()
	server := uploadtest.NewTusd(t)
	b := newBench(t, server.Endpoint)
	rests := func(limit int64) uploader.Configure {
		return uploader.Configure{Settings: settled(func(s *uploader.Settings) { s.Metered, s.Limit = uploader.MeteredHold, limit })}
	}
	b.do(rests(1 << 20))
	path := write(t, "film.mov", 20<<20)
	batch := b.addWith(uploader.Options{Connections: 2}, path)
	b.until("some of it", func(s *uploader.Snapshot) bool { return s.Totals.Pending > 0 && s.Totals.Left < 20<<20 })
	b.do(uploader.Metering{Metered: true})
	b.until("rest", func(s *uploader.Snapshot) bool {
		return s.Totals.Active == 0 && s.Totals.Count[uploader.StateWaiting] == 1
	})
	b.do(rests(0))
	b.do(uploader.Metering{})
	if row := b.finished(batch)[0]; row.Phase != uploader.PhaseDone {
		t.Fatal(row.Fault)
	}
	wantStored(t, server, path)
}

func TestC10NoRequestIsLargerThanTheChunk(t *testing.T) {
	t.Parallel()
	const chunk = 3 << 20
	server := uploadtest.NewTusd(t)
	b := newBench(t, server.Endpoint)
	path := write(t, "film.mov", 10<<20)
	b.finished(b.addWith(uploader.Options{Chunk: chunk}, path))
	wantStored(t, server, path)
	patches := 0
	for _, r := range server.Requests() {
		if r.Method == http.MethodPatch {
			patches++
			if r.Body > chunk {
				t.Errorf("a request of %d bytes", r.Body)
			}
		}
	}
	if patches != 4 {
		t.Errorf("%d requests", patches)
	}
}

func TestALimitSlowsDownAndChangesNothing(t *testing.T) {
	t.Parallel()
	server := uploadtest.NewTusd(t)
	b := newBench(t, server.Endpoint)
	path := write(t, "film.mov", 4<<20)
	began := time.Now() // Only its lower bound is looked at, which no slow machine breaks
	b.finished(b.addWith(uploader.Options{Limit: 4 << 20}, path))
	if took := time.Since(began); took < 800*time.Millisecond {
		t.Errorf("4 MiB at 4 MiB a second took %v", took)
	}
	wantStored(t, server, path)
}

func TestPartsOfAFileThatWasOnlyTouchedGoOn(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		edit bool
		want uploader.State
	}{
		{"touched", false, uploader.StateDone},
		{"edited where a later part was sent", true, uploader.StateChanged},
	} {
		t.Run(c.name, func(t *testing.T) {
			server := uploadtest.NewTusd(t)
			proxy := uploadtest.NewProxy(t, server.Endpoint)
			b := newBench(t, proxy.URL(server.Endpoint))
			proxy.Slow(12 << 20)
			path := write(t, "film.mov", 40<<20)
			b.addWith(uploader.Options{Connections: 4}, path)
			b.until("more than the first part", func(*uploader.Snapshot) bool { return len(server.Stored(t)) > 2 })
			b.do(uploader.Pause{Target: uploader.Everything()})
			b.untilState(uploader.StatePaused)
			if c.edit {
				var part int64 = 40 << 20 / 5 // the second of five begins there
				file, err := os.OpenFile(path, os.O_RDWR, 0)
				if err != nil {
					t.Fatal(err)
				}
				if _, err := file.WriteAt([]byte("edited"), part+100); err != nil {
					t.Fatal(err)
				}
				if err := file.Close(); err != nil {
					t.Fatal(err)
				}
			} else if err := os.Chtimes(path, time.Now(), time.Now().Add(-time.Hour)); err != nil {
				t.Fatal(err)
			}
			proxy.Heal(t)
			b.do(uploader.Resume{Target: uploader.Everything()})
			ended := b.untilState(c.want)
			if c.want == uploader.StateDone {
				wantStored(t, server, path)
				if ended.Resumed == 0 {
					t.Error("it started over")
				}
			}
		})
	}
}
