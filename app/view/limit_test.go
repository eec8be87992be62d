package view

import (
	"testing"
	"time"

	"github.com/ferryapp/ferry/app/internal/apptest"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/widgets/theme"
)

func TestLimitNow(t *testing.T) {
	apptest.LoadEnglish(t)
	monday := time.Date(2026, 3, 2, 9, 0, 0, 0, time.Local)
	daily := func(limit int64) uploader.Schedule {
		return uploader.Schedule{{Days: [7]bool{true, true, true, true, true, true, true}, From: 8 * time.Hour, Until: 18 * time.Hour, Limit: limit}}
	}
	metered := apptest.Snapshot()
	metered.Holds = map[uploader.ServerID]uploader.Hold{2: {Reason: uploader.HeldByMetering}}
	tests := []struct {
		name string
		s    *uploader.Snapshot
		set  uploader.Settings
		at   time.Time
		want string
		tone theme.Tone
	}{
		{"no limit", apptest.Snapshot(), uploader.Settings{}, monday, "No limit", theme.Muted},
		{"limit without a schedule", apptest.Snapshot(), uploader.Settings{Limit: 5e6}, monday, "At most 5.0 MB/s", theme.Active},
		{"limited by the schedule", apptest.Snapshot(), uploader.Settings{Schedule: daily(5e6)}, monday, "5.0 MB/s until 18:00", theme.Active},
		{"uploads stopped by the schedule", apptest.Snapshot(), uploader.Settings{Schedule: daily(uploader.SendNothing)}, monday, "No uploads until 18:00", theme.Warning},
		{"before the scheduled hours", apptest.Snapshot(), uploader.Settings{Schedule: daily(5e6)}, monday.Add(10 * time.Hour), "No limit until 08:00", theme.Muted},
		{"metered network overrides the limit", metered, uploader.Settings{Limit: 5e6}, monday, "Metered: waiting", theme.Warning},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if text, tone := LimitNow(test.s, test.set, test.at); text != test.want || tone != test.tone {
				t.Errorf("got %q in tone %v", text, tone)
			}
		})
	}
}
