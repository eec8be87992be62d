package engine_test

import (
	"errors"
	"path/filepath"
	"testing"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/engine"
	"github.com/ferryapp/ferry/uploader/source"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// TestAnyFailedAccessToTheStoreConverges lets the first access to the store fail,
// then in another run the second, and so on until a run used up no failure: each
// must end with every file across, once.
func TestAnyFailedAccessToTheStoreConverges(t *testing.T) {
	t.Parallel()
	server := uploadtest.NewTusd(t)
	for n := 1; ; n++ {
		b := &bench{t: t, store: uploadtest.NewStore(), endpoint: server.Endpoint}
		b.start()
		b.until("what was saved", func(s *uploader.Snapshot) bool { return s.Seq > 0 })
		b.store.FailOn(n)
		paths := []string{write(t, "large.bin", 2<<20), write(t, "small.bin", 10)}
		before := len(server.Stored(t))
		b.insist(uploader.SaveServer{Server: uploader.Server{Name: "studio", Endpoint: server.Endpoint}})
		batch := uploader.NewBatchID()
		b.insist(uploader.Add{Batch: batch, Server: theServer, Paths: paths})
		b.finished(batch)
		b.until("everything saved", func(s *uploader.Snapshot) bool { return s.Trouble == nil })
		used := b.store.Accesses() >= n
		b.quit()
		b.store.FailOn(0)
		b.start()
		for _, row := range b.finished(batch) {
			if row.Phase != uploader.PhaseDone {
				t.Fatalf("access %d failed: %s is %v after a restart", n, row.Source.Name(), row.Phase)
			}
		}
		b.quit()
		if made := len(server.Stored(t)) - before; made != len(paths) {
			t.Fatalf("access %d failed: %d uploads of %d files", n, made, len(paths))
		}
		if !used {
			t.Logf("%d accesses", n-1)
			return
		}
	}
}

// insist gives a command until it is acknowledged, as a person would.
func (b *bench) insist(command uploader.Command) {
	b.t.Helper()
	for range 5 {
		err := b.engine.Do(b.t.Context(), command)
		if err == nil {
			return
		}
		if errors.Is(err, engine.ErrStopped) {
			b.t.Fatal(err)
		}
		b.until("saving again", func(s *uploader.Snapshot) bool { return s.Trouble == nil })
	}
	b.t.Fatalf("%T is never acknowledged", command)
}

// TestAnyFailedAccessToAFileConverges lets the first access to the files fail, then
// in another run the second, and so on until a run used up no failure. What the
// user then tries again must end with every file across, once.
func TestAnyFailedAccessToAFileConverges(t *testing.T) {
	t.Parallel()
	for name, strategy := range map[string]source.Strategy{"with fingerprints of metadata": source.Metadata, "with fingerprints of content": source.Content} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			failEachAccess(t, strategy)
		})
	}
}

func failEachAccess(t *testing.T, strategy source.Strategy) {
	t.Helper()
	server := uploadtest.NewTusd(t)
	folder := filepath.Join(t.TempDir(), "raws")
	fillFolder(t, folder, "a", "b")
	moveTo(t, write(t, "large.bin", 1<<20+1), filepath.Join(folder, "large.bin"))
	disk := &uploadtest.Disk{}
	for n := 1; ; n++ {
		b := &bench{t: t, store: uploadtest.NewStore(), endpoint: server.Endpoint}
		b.change = func(c *engine.Config) { c.Disk, c.Fingerprint = source.NewDisk(disk), strategy }
		b.start()
		b.do(uploader.SaveServer{Server: uploader.Server{Name: "studio", Endpoint: server.Endpoint}})
		before := wholeOn(t, server)
		disk.FailOn(n)
		batch := b.add(folder)
		failed := 0
		for _, row := range b.finished(batch) {
			if row.Phase != uploader.PhaseDone {
				failed++
			}
		}
		used := disk.Accesses() >= n
		disk.FailOn(0)
		if failed > 1 {
			t.Errorf("access %d failed, and with it: %s", n, describe(b.engine.Snapshot()))
		}
		b.restart()
		b.until("what was saved", func(s *uploader.Snapshot) bool { return s.Seq > 0 })
		b.do(uploader.Retry{Target: uploader.Everything()})
		rows := b.finished(batch)
		if len(rows) != 3 {
			t.Fatalf("access %d failed: there are %d transfers: %s", n, len(rows), describe(b.engine.Snapshot()))
		}
		for _, row := range rows {
			if row.Phase != uploader.PhaseDone {
				t.Fatalf("access %d failed: %s is %v: %v", n, row.Source.Name(), row.Phase, row.Fault)
			}
		}
		b.quit()
		for name, made := range wholeOn(t, server) {
			if got := made - before[name]; got != 1 {
				t.Fatalf("access %d failed: %q was uploaded %d times", n, name, got)
			}
		}
		if !used {
			t.Logf("%d accesses", n-1)
			return
		}
	}
}

// wholeOn counts the whole uploads of each content. What a request left that
// broke off before its answer is nobody's.
func wholeOn(t *testing.T, server *uploadtest.Tusd) map[string]int {
	t.Helper()
	whole := map[string]int{}
	for _, f := range server.Stored(t) {
		if f.Size == f.Length {
			whole[f.SHA256]++
		}
	}
	return whole
}
