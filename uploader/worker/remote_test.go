package worker

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/tus"
)

// slowServer answers each probe after the next of its delays.
type slowServer struct {
	uploader.Protocol
	delays []time.Duration
}

func (s *slowServer) Probe(context.Context) (tus.Capabilities, error) {
	time.Sleep(s.delays[0]) // on the fake clock of synctest
	s.delays = s.delays[1:]
	return tus.Capabilities{}, nil
}

func TestLatencyEstimateUsesFastestResponse(t *testing.T) {
	for _, c := range []struct {
		name   string
		delays []time.Duration
		want   bool
	}{
		{"one fast response", []time.Duration{time.Millisecond}, false},
		{"slow then fast response", []time.Duration{50 * time.Millisecond, 5 * time.Millisecond}, false},
		{"two slow responses", []time.Duration{60 * time.Millisecond, 20 * time.Millisecond}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				server := &slowServer{delays: c.delays}
				r := NewRemote(uploader.Server{}, server)
				for range 3 {
					if got, err := r.highLatency(t.Context()); got != c.want || err != nil {
						t.Errorf("high latency %v, %v; want %v", got, err, c.want)
					}
				}
				if len(server.delays) > 0 {
					t.Errorf("%d probes too few", len(server.delays))
				}
			})
		})
	}
}
