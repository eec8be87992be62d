package uploader_test

import (
	"testing"
	"time"

	"github.com/ferryapp/ferry/uploader"
)

func TestAMomentIsATimeToTheMillisecond(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, 6, 1, 12, 0, 0, 123_456_789, time.UTC)
	m := uploader.MomentOf(noon)
	if got, want := m.Time(), noon.Truncate(time.Millisecond); !got.Equal(want) {
		t.Errorf("%v is kept as %v", want, got)
	}
	if !m.Equal(noon) || m.IsZero() || m.After(noon) || !m.After(noon.Add(-time.Second)) || !m.Before(noon.Add(time.Second)) {
		t.Errorf("%v compares wrongly with %v", m, noon)
	}
	if got := m.Sub(noon.Add(-time.Minute)).Round(time.Second); got != time.Minute {
		t.Errorf("%v is %v after a minute before", m, got)
	}
	if none := uploader.MomentOf(time.Time{}); !none.IsZero() || !none.Time().IsZero() || !none.Before(noon) {
		t.Errorf("no time is kept as %v", none)
	}
}
