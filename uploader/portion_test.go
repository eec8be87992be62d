package uploader

import (
	"testing"

	"pgregory.net/rapid"
)

func TestPortionsKeepToTheProfile(t *testing.T) {
	const kib, mib = 1 << 10, 1 << 20
	for name, c := range map[string]struct {
		profile     Profile
		left, asked int64
		want        int64
	}{
		"the rest in one":                             {Profile{}, 40 << 30, 0, 40 << 30},
		"no more than the maximum":                    {Profile{ChunkMax: 6 * mib}, 40 * mib, 0, 6 * mib},
		"the last one is what is left":                {Profile{ChunkMin: 5 * mib, ChunkMax: 6 * mib}, 1, 0, 1},
		"a batch may ask for less":                    {Profile{ChunkMax: 6 * mib}, 40 * mib, mib, mib},
		"but for no less than the minimum":            {Profile{ChunkMin: 5 * mib, ChunkMax: 200 * mib}, 40 * mib, mib, 5 * mib},
		"nor for another multiple":                    {Profile{ChunkMultiple: 256 * kib}, 40 * mib, mib + 1, mib},
		"a multiple that is above what was asked for": {Profile{ChunkMultiple: 256 * kib}, 40 * mib, 1000, 256 * kib},
		"a minimum that is no multiple":               {Profile{ChunkMin: 300 * kib, ChunkMultiple: 256 * kib}, 40 * mib, mib / 4, 512 * kib},
		"what was found out goes before the maximum":  {Profile{ChunkMax: 6 * mib, BodyMost: mib}, 40 * mib, 0, mib},
	} {
		if got := c.profile.RequestSize(c.left, c.asked); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
}

func sizes(r *rapid.T, name string) int64 {
	return rapid.OneOf(rapid.Just(int64(0)), rapid.Int64Range(1, 1<<20)).Draw(r, name)
}

func anyProfile(r *rapid.T) Profile {
	return Profile{ChunkMin: sizes(r, "min"), ChunkMax: sizes(r, "max"), ChunkMultiple: sizes(r, "multiple"), BodyMost: sizes(r, "most")}
}

func TestEveryPortionButTheLastKeepsToTheProfile(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		p, asked := anyProfile(r), sizes(r, "asked")
		left := rapid.Int64Range(1, 1<<22).Draw(r, "left")
		got := p.RequestSize(left, asked)
		switch {
		case got < 1 || got > left:
			r.Fatalf("%d of %d bytes", got, left)
		case got == left:
		case got < p.ChunkMin:
			r.Fatalf("%d bytes are less than %d", got, p.ChunkMin)
		case p.ChunkMultiple > 0 && got%p.ChunkMultiple != 0:
			r.Fatalf("%d bytes are no multiple of %d", got, p.ChunkMultiple)
		case p.ChunkMax > max(p.ChunkMin, p.ChunkMultiple)+p.ChunkMultiple && got > p.ChunkMax:
			r.Fatalf("%d bytes are more than %d", got, p.ChunkMax)
		}
	})
}

func TestRefusedSizesShrinkToAnEnd(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		p := Profile{ChunkMin: sizes(r, "min"), ChunkMultiple: sizes(r, "multiple")}
		size := rapid.Int64Range(1, 1<<50).Draw(r, "size")
		for tries := 0; ; tries++ {
			next, ok := p.SmallerRequest(size)
			if !ok {
				return
			}
			if next >= size || next < p.ChunkMin || p.RequestSize(next, next) != next || tries > 60 {
				r.Fatalf("after %d bytes were refused come %d (try %d)", size, next, tries)
			}
			size = next
		}
	})
}
