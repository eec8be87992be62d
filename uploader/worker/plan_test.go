package worker

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/ferryapp/ferry/uploader"
)

func TestPartsAreOfTheProfilesSizes(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		p := uploader.Profile{ChunkMin: rapid.Int64Range(0, 200<<20).Draw(r, "min"), ChunkMultiple: rapid.Int64Range(0, 300<<20).Draw(r, "multiple")}
		size := rapid.Int64Range(1, 1<<36).Draw(r, "size")
		parts := plan(size, rapid.IntRange(0, 32).Draw(r, "connections"), p)
		var at int64
		for i, part := range parts {
			last := i == len(parts)-1
			if part.Start != at || part.Length < 1 || !last && p.ChunkMultiple > 0 && part.Length%p.ChunkMultiple != 0 {
				r.Fatalf("part %d of %d: %+v", i, len(parts), part)
			}
			at += part.Length
		}
		if len(parts) > 0 && at != size {
			r.Fatalf("the parts cover %d of %d bytes", at, size)
		}
	})
}
