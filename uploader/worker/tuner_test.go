package worker

import (
	"testing"
	"time"
)

func TestConnectionTuner(t *testing.T) {
	for _, c := range []struct {
		name       string
		max        int
		throughput func(connections int) float64
		want       int
	}{
		{"one connection uses all bandwidth", 8, func(int) float64 { return 100 }, 1},
		{"every connection adds throughput", 8, func(n int) float64 { return 100 * float64(n) }, 8},
		{"four connections use all bandwidth", 8, func(n int) float64 { return 100 * float64(min(n, 4)) }, 4},
		{"every connection costs throughput", 8, func(n int) float64 { return 100 / float64(n) }, 1},
		{"limited by maximum", 2, func(n int) float64 { return 100 * float64(n) }, 2},
		{"maximum of one", 1, func(n int) float64 { return 100 * float64(n) }, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			tuner := newConnectionTuner(c.max)
			now, bytes := time.Unix(0, 0), 0.0
			for range 50 {
				tuner.measure(int64(bytes), now)
				now = now.Add(measureInterval)
				bytes += c.throughput(tuner.connections()) * measureInterval.Seconds()
			}
			if got := tuner.connections(); got != c.want {
				t.Errorf("%d connections, want %d", got, c.want)
			}
		})
	}
}
