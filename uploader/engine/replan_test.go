package engine_test

import (
	"testing"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// TestInvalidSavedPartsAreDiscarded corrupts the saved parts of a file between two
// runs: the upload starts over and the file is stored correctly.
func TestInvalidSavedPartsAreDiscarded(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		damage func(*uploader.Part)
	}{
		{"wrong start", func(p *uploader.Part) { p.Start++ }},
		{"too short", func(p *uploader.Part) { p.Length-- }},
		{"maximum length", func(p *uploader.Part) { p.Length = 1<<63 - 1 }},
		{"empty", func(p *uploader.Part) { p.Length = 0 }},
		{"offset beyond length", func(p *uploader.Part) { p.Offset = p.Length + 1 }},
		{"negative offset", func(p *uploader.Part) { p.Offset = -1 }},
		{"wrong index", func(p *uploader.Part) { p.Index = 99 }},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			server := uploadtest.NewTusd(t)
			proxy := uploadtest.NewProxy(t, server.Endpoint)
			h := newHarness(t, proxy.URL(server.Endpoint))
			proxy.Slow(12 << 20)
			path := createFile(t, "film.mov", 20<<20)
			batch := h.addWithOptions(uploader.Options{Connections: 2}, path)
			h.waitFor("2 MiB sent", func(s *uploader.Snapshot) bool { return s.Totals.Pending > 0 && s.Totals.Left < 18<<20 })
			h.stop()
			id := h.engine.Snapshot().Transfers[0].ID
			parts, err := h.store.Parts(t.Context(), id)
			if err != nil || len(parts) != 2 {
				t.Fatalf("%d saved parts (%v), want 2", len(parts), err)
			}
			c.damage(&parts[1])
			if err := h.store.Save(t.Context(), uploader.Changes{Parts: map[uploader.TransferID][]uploader.Part{id: parts}}); err != nil {
				t.Fatal(err)
			}
			proxy.Heal(t)
			h.start()
			if row := h.waitFinal(batch)[0]; row.Phase != uploader.PhaseDone {
				t.Errorf("phase %v: %v", row.Phase, row.Fault)
			}
			wantStored(t, server, path)
		})
	}
}
