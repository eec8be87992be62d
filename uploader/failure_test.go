package uploader_test

import (
	"errors"
	"testing"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// TestAnyFailedAccessToTheStoreConverges lets the first access to the store fail,
// then in another run the second, and so on until a run used up no failure: each
// must end with every file across, once.
func TestAnyFailedAccessToTheStoreConverges(t *testing.T) {
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
		if errors.Is(err, uploader.ErrStopped) {
			b.t.Fatal(err)
		}
		b.until("saving again", func(s *uploader.Snapshot) bool { return s.Trouble == nil })
	}
	b.t.Fatalf("%T is never acknowledged", command)
}
