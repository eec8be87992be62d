package scan_test

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/scan"
)

func TestEarlierFindsAllButCancelled(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		fingerprints := []string{"", "a", "b", "metadata:/a\xff\x00b"}
		var rows []*uploader.Transfer
		want := map[string][]uploader.TransferID{}
		for i := range rapid.IntRange(0, 40).Draw(rt, "rows") {
			row := &uploader.Transfer{
				ID:          uploader.TransferID(i + 1),
				Phase:       uploader.Phase(rapid.IntRange(0, int(uploader.PhaseCancelled)).Draw(rt, "phase")),
				Fingerprint: rapid.SampledFrom(fingerprints).Draw(rt, "fingerprint"),
			}
			rows = append(rows, row)
			if row.Fingerprint != "" && row.Phase != uploader.PhaseCancelled {
				want[row.Fingerprint] = append(want[row.Fingerprint], row.ID)
			}
		}
		slices.Reverse(rows) // the user's order is another
		earlier := scan.NewEarlier(uploader.RowsOf(rows...))
		for _, fingerprint := range append(fingerprints, "unknown") {
			var got []uploader.TransferID
			for _, row := range earlier.Find(fingerprint) {
				got = append(got, row.ID)
			}
			if !slices.Equal(got, want[fingerprint]) {
				rt.Fatalf("%q: found %v, want %v", fingerprint, got, want[fingerprint])
			}
		}
	})
}

// BenchmarkEarlierMillion measures the preparation for a scan with a million transfers, and
// finding each of them.
func BenchmarkEarlierMillion(b *testing.B) {
	rows := make([]*uploader.Transfer, 1_000_000)
	for i := range rows {
		rows[i] = &uploader.Transfer{ID: uploader.TransferID(i + 1), Fingerprint: fmt.Sprintf("m1:%043d", i)}
	}
	for b.Loop() {
		earlier := scan.NewEarlier(uploader.RowsOf(rows...))
		for _, row := range rows {
			if len(earlier.Find(row.Fingerprint)) != 1 {
				b.Fatal("not found")
			}
		}
	}
}
