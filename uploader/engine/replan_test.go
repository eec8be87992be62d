package engine_test

import (
	"testing"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// TestPartsThatAreNotTheFileAreNotJoined damages, between two runs, what is saved
// of a file's parts: it begins again, and nothing wrong arrives.
func TestPartsThatAreNotTheFileAreNotJoined(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		damage func(*uploader.Part)
	}{
		{"one begins elsewhere", func(p *uploader.Part) { p.Start++ }},
		{"one is shorter", func(p *uploader.Part) { p.Length-- }},
		{"one is endless", func(p *uploader.Part) { p.Length = 1<<63 - 1 }},
		{"one is empty", func(p *uploader.Part) { p.Length = 0 }},
		{"one has more than it can", func(p *uploader.Part) { p.Offset = p.Length + 1 }},
		{"one has less than nothing", func(p *uploader.Part) { p.Offset = -1 }},
		{"there is one more", func(p *uploader.Part) { p.Index = 99 }},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			server := uploadtest.NewTusd(t)
			proxy := uploadtest.NewProxy(t, server.Endpoint)
			b := newBench(t, proxy.URL(server.Endpoint))
			proxy.Slow(12 << 20)
			path := write(t, "film.mov", 20<<20)
			batch := b.addWith(uploader.Options{Connections: 2}, path)
			b.until("some of it", func(s *uploader.Snapshot) bool { return s.Totals.Pending > 0 && s.Totals.Left < 18<<20 })
			b.quit()
			id := b.engine.Snapshot().Transfers[0].ID
			parts, err := b.store.Parts(t.Context(), id)
			if err != nil || len(parts) != 2 {
				t.Fatalf("%d parts, %v", len(parts), err)
			}
			c.damage(&parts[1])
			if err := b.store.Save(t.Context(), uploader.Changes{Parts: map[uploader.TransferID][]uploader.Part{id: parts}}); err != nil {
				t.Fatal(err)
			}
			proxy.Heal(t)
			b.start()
			if row := b.finished(batch)[0]; row.Phase != uploader.PhaseDone {
				t.Errorf("%v: %v", row.Phase, row.Fault)
			}
			wantStored(t, server, path)
		})
	}
}
