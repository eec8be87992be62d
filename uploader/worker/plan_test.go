package worker

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/ferryapp/ferry/uploader"
)

func TestPlanCoversFile(t *testing.T) {
	for _, c := range []struct {
		size        int64
		connections int
		want        int
	}{
		{1 << 30, 1, 0}, {1 << 30, 0, 0}, {15 << 20, 4, 0}, {16 << 20, 4, 2}, {1 << 30, 4, 8}, {1<<40 + 3, 5, 10},
	} {
		parts := plan(c.size, c.connections, uploader.ServerOptions{})
		if len(parts) != c.want {
			t.Errorf("%d bytes, %d connections: %d parts, want %d", c.size, c.connections, len(parts), c.want)
		}
		var at int64
		for i, p := range parts {
			if p.Index != i || p.Start != at || p.Length < minPart {
				t.Errorf("%d bytes: part %d is %+v, want start %d and at least %d bytes", c.size, i, p, at, minPart)
			}
			at += p.Length
		}
		if len(parts) > 0 && at != c.size {
			t.Errorf("parts cover %d of %d bytes", at, c.size)
		}
	}
}

func TestPlanKeepsToServerOptions(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		options := uploader.ServerOptions{ChunkMin: rapid.Int64Range(0, 200<<20).Draw(r, "min"), ChunkMultiple: rapid.Int64Range(0, 300<<20).Draw(r, "multiple")}
		size := rapid.Int64Range(1, 1<<36).Draw(r, "size")
		parts := plan(size, rapid.IntRange(0, 32).Draw(r, "connections"), options)
		var at int64
		for i, part := range parts {
			last := i == len(parts)-1
			if part.Start != at || part.Length < 1 || !last && options.ChunkMultiple > 0 && part.Length%options.ChunkMultiple != 0 {
				r.Fatalf("part %d of %d is %+v", i, len(parts), part)
			}
			at += part.Length
		}
		if len(parts) > 0 && at != size {
			r.Fatalf("parts cover %d of %d bytes", at, size)
		}
	})
}
