package app

import (
	"time"

	"github.com/ferryapp/ferry/uploader"
)

// Samples of a speed are taken once a second and kept for some minutes.
const (
	curveEvery   = time.Second
	curveSamples = 240
)

// curves are the speeds of the transfers that move, over the last minutes.
type curves map[uploader.TransferID]*curve

type curve struct {
	samples []float64 // bytes per second, the newest last
	taken   time.Time
}

// sample takes the speeds of a snapshot. The curves of transfers that do not move
// are given up, but for the one that is kept.
func (c curves) sample(s *uploader.Snapshot, keep uploader.TransferID, now time.Time) {
	for id := range c {
		if _, moves := s.Live[id]; !moves && id != keep {
			delete(c, id)
		}
	}
	for id, live := range s.Live {
		if c[id] == nil {
			c[id] = &curve{}
		}
		c[id].add(live.Rate, now)
	}
}

func (c *curve) add(rate float64, now time.Time) {
	if now.Sub(c.taken) < curveEvery {
		return
	}
	c.taken = now
	if len(c.samples) == curveSamples {
		c.samples = append(c.samples[:0], c.samples[1:]...)
	}
	c.samples = append(c.samples, rate)
}
