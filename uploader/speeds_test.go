package uploader_test

import (
	"testing"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// TestTheSpeedsOfAllAddUpToNoMoreThanTheWhole sends files of which the first
// bytes vanish into buffers much faster than the network is.
func TestTheSpeedsOfAllAddUpToNoMoreThanTheWhole(t *testing.T) {
	server := uploadtest.NewTusd(t)
	proxy := uploadtest.NewProxy(t, server.Endpoint)
	b := newBench(t, proxy.URL(server.Endpoint))
	proxy.Slow(8 << 20)
	batch := b.add(write(t, "one.mov", 6<<20), write(t, "two.mov", 6<<20), write(t, "three.mov", 6<<20), write(t, "four.mov", 6<<20))
	measured := false
	b.until("its end", func(s *uploader.Snapshot) bool {
		sum := 0.0
		for _, live := range s.Live {
			sum += live.Rate
		}
		if s.Totals.Rate >= 1 && sum > s.Totals.Rate*1.001 {
			t.Errorf("together they move at %.0f bytes a second, the whole at %.0f", sum, s.Totals.Rate)
		}
		measured = measured || sum > 0
		return s.Totals.Count[uploader.StateDone] == 4
	})
	if !measured {
		t.Error("no speed was ever told")
	}
	b.finished(batch)
}
