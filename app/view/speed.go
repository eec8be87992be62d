package view

import (
	"time"

	"github.com/ferryapp/ferry/uploader"
)

// One sample is taken per sampleInterval, and the last maxSamples are kept.
const (
	sampleInterval = time.Second
	maxSamples     = 240
)

// Speeds are the speeds of active transfers over the last minutes.
type Speeds map[uploader.TransferID]*Speed

// Speed is a series of speeds.
type Speed struct {
	Samples    []float64 // bytes per second, the newest last
	lastSample time.Time
}

// Update adds a sample for each active transfer of the snapshot, and removes the other
// transfers except keep.
func (c Speeds) Update(s *uploader.Snapshot, keep uploader.TransferID, now time.Time) {
	for id := range c {
		if _, active := s.Progress[id]; !active && id != keep {
			delete(c, id)
		}
	}
	for id, live := range s.Progress {
		if c[id] == nil {
			c[id] = &Speed{}
		}
		c[id].Add(live.Rate, now)
	}
}

// Add adds a sample, not more often than once per sampleInterval.
func (c *Speed) Add(rate float64, now time.Time) {
	if now.Sub(c.lastSample) < sampleInterval {
		return
	}
	c.lastSample = now
	if len(c.Samples) == maxSamples {
		c.Samples = append(c.Samples[:0], c.Samples[1:]...)
	}
	c.Samples = append(c.Samples, rate)
}
