package worker

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/tus"
)

// far is a server that answers after the times given, one for each time it is asked.
type far struct {
	uploader.Protocol
	delays []time.Duration
}

func (f *far) Probe(context.Context) (tus.Capabilities, error) {
	time.Sleep(f.delays[0]) // of the bubble's own clock
	f.delays = f.delays[1:]
	return tus.Capabilities{}, nil
}

func TestALineIsAsLongAsTheQuickerAnswerOverIt(t *testing.T) {
	for _, c := range []struct {
		name   string
		delays []time.Duration
		want   bool
	}{
		{"one quick answer is enough", []time.Duration{time.Millisecond}, false},
		{"a late one may have waited for the connection", []time.Duration{50 * time.Millisecond, 5 * time.Millisecond}, false},
		{"two late ones", []time.Duration{60 * time.Millisecond, 20 * time.Millisecond}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				server := &far{delays: c.delays}
				r := NewRemote(uploader.Server{}, server)
				for range 3 {
					if got, err := r.HighLatency(t.Context()); got != c.want || err != nil {
						t.Errorf("distant %v, %v; want %v", got, err, c.want)
					}
				}
				if len(server.delays) > 0 {
					t.Errorf("it was not asked %d more times", len(server.delays))
				}
			})
		})
	}
}
