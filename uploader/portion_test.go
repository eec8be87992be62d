package uploader

import (
	"testing"

	"pgregory.net/rapid"
)

func TestRequestSize(t *testing.T) {
	const kib, mib = 1 << 10, 1 << 20
	for name, c := range map[string]struct {
		profile         Profile
		left, requested int64
		want            int64
	}{
		"no limits": {Profile{}, 40 << 30, 0, 40 << 30},
		"maximum":   {Profile{ChunkMax: 6 * mib}, 40 * mib, 0, 6 * mib},
		"last chunk may be smaller than the minimum":     {Profile{ChunkMin: 5 * mib, ChunkMax: 6 * mib}, 1, 0, 1},
		"smaller requested size":                         {Profile{ChunkMax: 6 * mib}, 40 * mib, mib, mib},
		"requested size below the minimum":               {Profile{ChunkMin: 5 * mib, ChunkMax: 200 * mib}, 40 * mib, mib, 5 * mib},
		"requested size is rounded down to the multiple": {Profile{ChunkMultiple: 256 * kib}, 40 * mib, mib + 1, mib},
		"multiple above the requested size":              {Profile{ChunkMultiple: 256 * kib}, 40 * mib, 1000, 256 * kib},
		"minimum is rounded up to the multiple":          {Profile{ChunkMin: 300 * kib, ChunkMultiple: 256 * kib}, 40 * mib, mib / 4, 512 * kib},
		"largest accepted body below the maximum":        {Profile{ChunkMax: 6 * mib, BodyMost: mib}, 40 * mib, 0, mib},
	} {
		if got := c.profile.RequestSize(c.left, c.requested); got != c.want {
			t.Errorf("%s: got %d, want %d", name, got, c.want)
		}
	}
}

func drawSize(r *rapid.T, name string) int64 {
	return rapid.OneOf(rapid.Just(int64(0)), rapid.Int64Range(1, 1<<20)).Draw(r, name)
}

func drawProfile(r *rapid.T) Profile {
	return Profile{ChunkMin: drawSize(r, "min"), ChunkMax: drawSize(r, "max"), ChunkMultiple: drawSize(r, "multiple"), BodyMost: drawSize(r, "most")}
}

func TestRequestSizeIsWithinLimits(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		p, requested := drawProfile(r), drawSize(r, "asked")
		left := rapid.Int64Range(1, 1<<22).Draw(r, "left")
		got := p.RequestSize(left, requested)
		switch {
		case got < 1 || got > left:
			r.Fatalf("size is %d of %d bytes", got, left)
		case got == left:
		case got < p.ChunkMin:
			r.Fatalf("size %d is below the minimum %d", got, p.ChunkMin)
		case p.ChunkMultiple > 0 && got%p.ChunkMultiple != 0:
			r.Fatalf("size %d is not a multiple of %d", got, p.ChunkMultiple)
		case p.ChunkMax > max(p.ChunkMin, p.ChunkMultiple)+p.ChunkMultiple && got > p.ChunkMax:
			r.Fatalf("size %d exceeds the maximum %d", got, p.ChunkMax)
		}
	})
}

func TestSmallerRequestTerminates(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		p := Profile{ChunkMin: drawSize(r, "min"), ChunkMultiple: drawSize(r, "multiple")}
		size := rapid.Int64Range(1, 1<<50).Draw(r, "size")
		for tries := 0; ; tries++ {
			next, ok := p.SmallerRequest(size)
			if !ok {
				return
			}
			if next >= size || next < p.ChunkMin || p.RequestSize(next, next) != next || tries > 60 {
				r.Fatalf("SmallerRequest(%d) = %d (try %d)", size, next, tries)
			}
			size = next
		}
	})
}
