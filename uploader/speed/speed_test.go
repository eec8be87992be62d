package speed_test

import (
	"math"
	"testing"
	"time"

	"github.com/ferryapp/ferry/uploader/speed"
)

var start = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

// metered samples a count that grows by rate bytes a second, four times a second.
func metered(rate int64, seconds int) *speed.Meter {
	var m speed.Meter
	for i := range 4*seconds + 1 {
		m.Sample(rate*int64(i)/4, start.Add(time.Duration(i)*time.Second/4))
	}
	return &m
}

func TestSteadyRate(t *testing.T) {
	m := metered(1000, 10)
	if math.Abs(m.Rate()-1000) > 1 {
		t.Errorf("rate is %v, want 1000", m.Rate())
	}
	if got := m.Left(60_000, 1).Round(time.Second); got != time.Minute {
		t.Errorf("time left is %v, want 1m", got)
	}
	if got := m.Left(60_000, 0.5).Round(time.Second); got != 2*time.Minute {
		t.Errorf("time left at half the rate is %v, want 2m", got)
	}
}

func TestRateFollowsChange(t *testing.T) {
	m := metered(1000, 10)
	at, count := m.SampledAt(), int64(10_000)
	for range 4 * 3 {
		at, count = at.Add(time.Second/4), count+500
		m.Sample(count, at)
	}
	if want := 2000 - 1000/math.E; math.Abs(m.Rate()-want) > 1 {
		t.Errorf("rate after one time constant is %v, want %v", m.Rate(), want)
	}
}

func TestNoTimeLeftWithoutEvidence(t *testing.T) {
	for name, m := range map[string]*speed.Meter{
		"never sampled":  {},
		"sampled for 4s": metered(1000, 4),
		"stalled":        metered(0, 10),
		"almost stalled": metered(1, 10),
	} {
		if got := m.Left(1<<62, 1); got != 0 {
			t.Errorf("%s: time left is %v, want none", name, got)
		}
	}
	if got := metered(1000, 10).Left(0, 1); got != 0 {
		t.Errorf("nothing left: time left is %v, want none", got)
	}
}

func TestSamplesAtTheSameTimeAreIgnored(t *testing.T) {
	m := metered(1000, 10)
	m.Sample(1<<40, m.SampledAt())
	if math.Abs(m.Rate()-1000) > 1 {
		t.Errorf("rate is %v, want 1000", m.Rate())
	}
}
