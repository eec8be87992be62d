package uploader

import (
	"testing"

	"pgregory.net/rapid"
)

func TestRequestSize(t *testing.T) {
	const kib, mib = 1 << 10, 1 << 20
	for name, c := range map[string]struct {
		options     ServerOptions
		left, limit int64
		want        int64
	}{
		"no limits":                      {ServerOptions{}, 40 << 30, 0, 40 << 30},
		"maximum":                        {ServerOptions{ChunkMax: 6 * mib}, 40 * mib, 0, 6 * mib},
		"last request":                   {ServerOptions{ChunkMin: 5 * mib, ChunkMax: 6 * mib}, 1, 0, 1},
		"limit below maximum":            {ServerOptions{ChunkMax: 6 * mib}, 40 * mib, mib, mib},
		"limit below minimum":            {ServerOptions{ChunkMin: 5 * mib, ChunkMax: 200 * mib}, 40 * mib, mib, 5 * mib},
		"limit rounded down to multiple": {ServerOptions{ChunkMultiple: 256 * kib}, 40 * mib, mib + 1, mib},
		"limit below multiple":           {ServerOptions{ChunkMultiple: 256 * kib}, 40 * mib, 1000, 256 * kib},
		"minimum rounded up to multiple": {ServerOptions{ChunkMin: 300 * kib, ChunkMultiple: 256 * kib}, 40 * mib, mib / 4, 512 * kib},
		"learned limit below maximum":    {ServerOptions{ChunkMax: 6 * mib, MaxBody: mib}, 40 * mib, 0, mib},
	} {
		if got := c.options.RequestSize(c.left, c.limit); got != c.want {
			t.Errorf("%s: got %d, want %d", name, got, c.want)
		}
	}
}

func drawSize(r *rapid.T, name string) int64 {
	return rapid.OneOf(rapid.Just(int64(0)), rapid.Int64Range(1, 1<<20)).Draw(r, name)
}

func TestRequestSizeKeepsToOptions(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		p := ServerOptions{ChunkMin: drawSize(r, "min"), ChunkMax: drawSize(r, "max"), ChunkMultiple: drawSize(r, "multiple"), MaxBody: drawSize(r, "body")}
		limit := drawSize(r, "limit")
		left := rapid.Int64Range(1, 1<<22).Draw(r, "left")
		got := p.RequestSize(left, limit)
		switch {
		case got < 1 || got > left:
			r.Fatalf("%d of %d bytes", got, left)
		case got == left:
		case got < p.ChunkMin:
			r.Fatalf("%d bytes are less than the minimum %d", got, p.ChunkMin)
		case p.ChunkMultiple > 0 && got%p.ChunkMultiple != 0:
			r.Fatalf("%d bytes are not a multiple of %d", got, p.ChunkMultiple)
		case p.ChunkMax > max(p.ChunkMin, p.ChunkMultiple)+p.ChunkMultiple && got > p.ChunkMax:
			r.Fatalf("%d bytes are more than the maximum %d", got, p.ChunkMax)
		}
	})
}

func TestSmallerRequestTerminates(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		p := ServerOptions{ChunkMin: drawSize(r, "min"), ChunkMultiple: drawSize(r, "multiple")}
		size := rapid.Int64Range(1, 1<<50).Draw(r, "size")
		for tries := 0; ; tries++ {
			next, ok := p.SmallerRequest(size)
			if !ok {
				return
			}
			if next >= size || next < p.ChunkMin || p.RequestSize(next, next) != next || tries > 60 {
				r.Fatalf("after %d bytes were refused: %d bytes (try %d)", size, next, tries)
			}
			size = next
		}
	})
}
