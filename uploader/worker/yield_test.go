package worker

import (
	"testing"

	"github.com/ferryapp/ferry/uploader"
)

func TestYields(t *testing.T) {
	const kib, mib = 1 << 10, 1 << 20
	type request struct {
		size, gained int64
		failed       bool
		limit        int64 // afterwards
	}
	for name, requests := range map[string][]request{
		"all of it":                     {{mib, mib, false, 0}},
		"a tenth":                       {{1000, 100, false, 0}},
		"a byte of a small request":     {{1000, 1, true, 64 * kib}},
		"smaller and smaller":           {{3 * mib, 1, true, 768 * kib}, {768 * kib, 1, true, 192 * kib}, {192 * kib, 1, true, 64 * kib}, {64 * kib, 1, true, 64 * kib}},
		"larger again":                  {{mib, 1, true, 256 * kib}, {256 * kib, 256 * kib, false, 512 * kib}, {512 * kib, 512 * kib, false, mib}},
		"a fifth":                       {{mib, 1, true, 256 * kib}, {256 * kib, 50 * kib, false, 256 * kib}},
		"much, of very much":            {{1 << 40, 100 * mib, false, 1 << 38}},
		"much, of which most is unused": {{64 * mib, 6 * mib, false, 16 * mib}},
		"nothing of it":                 {{mib, 0, true, 0}},
		"the server has less":           {{mib, -5, true, 0}},
		"nothing of a smaller one":      {{mib, 1, true, 256 * kib}, {256 * kib, 0, true, 256 * kib}},
	} {
		t.Run(name, func(t *testing.T) {
			y := yields{whole: newWholeRequests(uploader.ServerOptions{})}
			offset := int64(10)
			for _, r := range requests {
				y.sending("u", offset, r.size)
				offset += r.gained
				if failed := y.acknowledged("u", offset); failed != r.failed || y.limit("u") != r.limit {
					t.Errorf("%d of %d: failed: %v, limit %d; want %v, %d", r.gained, r.size, failed, y.limit("u"), r.failed, r.limit)
				}
				if y.acknowledged("u", offset) {
					t.Error("one request failed twice")
				}
			}
			y.forget("u")
			if len(y.uploads) != 0 {
				t.Error("upload is kept after it was forgotten")
			}
		})
	}
}
