package worker

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/ferryapp/ferry/uploader"
)

func TestC22WholeRequests(t *testing.T) {
	const kib, mib = 1 << 10, 1 << 20
	type request struct {
		size   int64
		times  int
		passed bool
		limit  int64 // afterwards
	}
	for name, test := range map[string]struct {
		options  uploader.ServerOptions
		requests []request
	}{
		"half as large":                 {requests: []request{{40 * mib, 1, false, 20 * mib}, {20 * mib, 1, false, 10 * mib}, {10 * mib, 1, false, 5 * mib}}},
		"at least 256 KiB":              {requests: []request{{400 * kib, 1, false, 256 * kib}, {256 * kib, 9, false, 256 * kib}}},
		"a small one is no reason":      {requests: []request{{100 * kib, 3, false, 0}, {256 * kib, 3, false, 0}}},
		"at least the server's minimum": {uploader.ServerOptions{ChunkMin: 5 * mib}, []request{{16 * mib, 1, false, 8 * mib}, {8 * mib, 2, false, 5 * mib}, {5 * mib, 2, false, 5 * mib}}},
		"a multiple":                    {uploader.ServerOptions{ChunkMultiple: 3 * mib}, []request{{16 * mib, 1, false, 6 * mib}, {6 * mib, 1, false, 3 * mib}, {3 * mib, 1, false, 3 * mib}}},
		"remembered":                    {uploader.ServerOptions{WholeRequests: 4 * mib}, []request{{mib, 1, true, 4 * mib}, {4 * mib, 1, false, 2 * mib}}},
		"larger after five":             {requests: []request{{8 * mib, 1, false, 4 * mib}, {4 * mib, 4, true, 4 * mib}, {4 * mib, 1, true, 8 * mib}}},
		"five in a row":                 {requests: []request{{8 * mib, 1, false, 4 * mib}, {4 * mib, 4, true, 4 * mib}, {4 * mib, 1, false, 2 * mib}, {2 * mib, 4, true, 2 * mib}, {2 * mib, 1, true, 4 * mib}}},
		"smaller ones do not count":     {requests: []request{{8 * mib, 1, false, 4 * mib}, {mib, 20, true, 4 * mib}}},
		"after ten, when five were too early": {requests: []request{
			{8 * mib, 1, false, 4 * mib},
			{4 * mib, 5, true, 8 * mib},
			{8 * mib, 1, false, 4 * mib},
			{4 * mib, 9, true, 4 * mib},
			{4 * mib, 1, true, 8 * mib},
			{8 * mib, 5, true, 16 * mib},
		}},
		"parts that are interrupted together": {requests: []request{{8 * mib, 4, false, 4 * mib}}},
		"parts, after a larger size": {requests: []request{
			{8 * mib, 4, false, 4 * mib}, {4 * mib, 5, true, 8 * mib}, {8 * mib, 4, false, 4 * mib}, {4 * mib, 9, true, 4 * mib}, {4 * mib, 1, true, 8 * mib},
		}},
		"no limit beyond 1 GiB": {requests: []request{{2 << 30, 1, false, 1 << 30}, {1 << 30, 5, true, 0}}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWholeRequests(test.options)
			for _, r := range test.requests {
				for range r.times {
					if r.passed {
						w.passed(r.size)
					} else {
						w.lost(r.size)
					}
				}
				if got := w.limit(); got != r.limit {
					t.Fatalf("limit %d after %+v", got, r)
				}
			}
		})
	}
}

// TestC22WholeRequestsFinish checks that an upload over a connection that is interrupted
// after a number of bytes ends, however large it is, with requests that the options allow.
func TestC22WholeRequestsFinish(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		options := uploader.ServerOptions{ChunkMultiple: rapid.SampledFrom([]int64{0, 1, 100_000, 256 << 10}).Draw(r, "multiple")}
		reach := rapid.Int64Range(512<<10, 1<<30).Draw(r, "bytes before an interruption")
		size := rapid.Int64Range(1, 64*reach).Draw(r, "size")
		w := newWholeRequests(options)
		var sizes []int64
		for offset := int64(0); offset < size; {
			options.WholeRequests = w.limit()
			request := options.RequestSize(size-offset, 0)
			if sizes = append(sizes, request); len(sizes) > 600 {
				r.Fatalf("%d of %d bytes after %d requests, the last ones of %d", offset, size, len(sizes), slices.Compact(sizes[590:]))
			}
			if request > reach {
				w.lost(request)
				continue
			}
			offset += request
			w.passed(request)
		}
	})
}
