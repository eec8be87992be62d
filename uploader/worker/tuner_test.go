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
		{"one connection uses all bandwidth", 32, func(int) float64 { return 100 }, firstConnections},
		{"every connection adds throughput", 32, func(n int) float64 { return 100 * float64(n) }, 32},
		{"every connection adds throughput, up to a maximum that is not a power of two", 20, func(n int) float64 { return 100 * float64(n) }, 20},
		{"sixteen connections use all bandwidth", 64, func(n int) float64 { return 100 * float64(min(n, 16)) }, 16},
		{"every connection costs throughput", 32, func(n int) float64 { return 100 / float64(n) }, firstConnections},
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
