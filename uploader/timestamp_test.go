package uploader_test

import (
	"testing"
	"time"

	"github.com/ferryapp/ferry/uploader"
)

func TestTimestamp(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, 6, 1, 12, 0, 0, 123_456_789, time.UTC)
	m := uploader.TimestampOf(noon)
	if got, want := m.Time(), noon.Truncate(time.Millisecond); !got.Equal(want) {
		t.Errorf("Time() = %v, want %v", got, want)
	}
	if !m.Equal(noon) || m.IsZero() || m.After(noon) || !m.After(noon.Add(-time.Second)) || !m.Before(noon.Add(time.Second)) {
		t.Errorf("%v compares wrongly with %v", m, noon)
	}
	if got := m.Sub(noon.Add(-time.Minute)).Round(time.Second); got != time.Minute {
		t.Errorf("Sub of a minute earlier = %v", got)
	}
	if zero := uploader.TimestampOf(time.Time{}); !zero.IsZero() || !zero.Time().IsZero() || !zero.Before(noon) {
		t.Errorf("zero time: got %v", zero)
	}
}
