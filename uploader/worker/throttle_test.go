package worker

import (
	"testing"
	"time"

	"github.com/ferryapp/ferry/uploader"
)

func TestConnectionsAreAddedAsLongAsTheyHelp(t *testing.T) {
	for _, c := range []struct {
		name    string
		most    int
		goodput func(connections int) float64
		want    int
	}{
		{"a line that one connection fills", 8, func(int) float64 { return 100 }, 1},
		{"a long fat line", 8, func(n int) float64 { return 100 * float64(n) }, 8},
		{"a line that four fill", 8, func(n int) float64 { return 100 * float64(min(n, 4)) }, 4},
		{"a line on which they get into each other's way", 8, func(n int) float64 { return 100 / float64(n) }, 1},
		{"no more than asked for", 2, func(n int) float64 { return 100 * float64(n) }, 2},
		{"one is one", 1, func(n int) float64 { return 100 * float64(n) }, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			throttle := newThrottle(c.most)
			now, bytes := time.Unix(0, 0), 0.0
			for range 50 {
				throttle.measure(int64(bytes), now)
				now = now.Add(measureEvery)
				bytes += c.goodput(throttle.connections()) * measureEvery.Seconds()
			}
			if got := throttle.connections(); got != c.want {
				t.Errorf("%d connections, want %d", got, c.want)
			}
		})
	}
}

func TestThePlanCoversTheFile(t *testing.T) {
	for _, c := range []struct {
		size        int64
		connections int
		want        int
	}{
		{1 << 30, 1, 0}, {1 << 30, 0, 0}, {15 << 20, 4, 0}, {16 << 20, 4, 2}, {1 << 30, 4, 8}, {1<<40 + 3, 5, 10},
	} {
		parts := plan(c.size, c.connections, uploader.Profile{})
		if len(parts) != c.want {
			t.Errorf("%d bytes over %d connections: %d parts, want %d", c.size, c.connections, len(parts), c.want)
		}
		var at int64
		for i, p := range parts {
			if p.Index != i || p.Start != at || p.Length < smallestPart {
				t.Errorf("part %d of %d bytes: %+v, want it to begin at %d", i, c.size, p, at)
			}
			at += p.Length
		}
		if len(parts) > 0 && at != c.size {
			t.Errorf("the parts cover %d of %d bytes", at, c.size)
		}
	}
}
