package uploader_test

import (
	"testing"
	"time"
	_ "time/tzdata"

	"pgregory.net/rapid"

	"github.com/ferryapp/ferry/uploader"
)

// loadLocation returns a time zone.
func loadLocation(t interface{ Fatal(...any) }, name string) *time.Location {
	location, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return location
}

// weekdays returns the days of a span, given one letter for each day from Sunday on;
// a dot excludes the day.
func weekdays(days string) (set [7]bool) {
	for i, letter := range days {
		set[i] = letter != '.'
	}
	return set
}

// hours converts hours to a duration.
func hours(h float64) time.Duration { return time.Duration(h * float64(time.Hour)) }

func TestScheduleAt(t *testing.T) {
	t.Parallel()
	const usual = 1000
	office := uploader.Schedule{{Days: weekdays(".MTWTF."), From: hours(9), Until: hours(17), Limit: 10}}
	night := uploader.Schedule{{Days: weekdays(".....F."), From: hours(22), Until: hours(6), Limit: 0}}
	always := uploader.Schedule{{Days: weekdays("SMTWTFS"), Until: hours(24), Limit: uploader.SendNothing}}
	// Berlin's clocks change on the Sundays 2026-03-29, from 02:00 to 03:00, and
	// 2026-10-25, from 03:00 to 02:00.
	gap := uploader.Schedule{{Days: weekdays("S......"), From: hours(1), Until: hours(4), Limit: 5}}
	inGap := uploader.Schedule{{Days: weekdays("S......"), From: hours(2.25), Until: hours(2.75), Limit: 5}}
	layers := uploader.Schedule{
		{Days: weekdays("SMTWTFS"), From: hours(12), Until: hours(13), Limit: uploader.SendNothing},
		{Days: weekdays("SMTWTFS"), From: hours(8), Until: hours(20), Limit: 7},
	}
	for _, c := range []struct {
		name     string
		schedule uploader.Schedule
		now      string
		limit    int64
		until    string // "" if it never changes
	}{
		{"no schedule", nil, "2026-03-02T10:00:00+01:00", usual, ""},
		{"before a span", office, "2026-03-02T08:59:59+01:00", usual, "2026-03-02T09:00:00+01:00"},
		{"at the start of a span", office, "2026-03-02T09:00:00+01:00", 10, "2026-03-02T17:00:00+01:00"},
		{"at the end of a span", office, "2026-03-02T17:00:00+01:00", usual, "2026-03-03T09:00:00+01:00"},
		{"next span is after the weekend", office, "2026-03-06T18:00:00+01:00", usual, "2026-03-09T09:00:00+01:00"},
		{"span over midnight, before midnight", night, "2026-03-06T23:00:00+01:00", 0, "2026-03-07T06:00:00+01:00"},
		{"span over midnight, after midnight", night, "2026-03-07T05:59:00+01:00", 0, "2026-03-07T06:00:00+01:00"},
		{"morning before a span over midnight", night, "2026-03-06T05:00:00+01:00", usual, "2026-03-06T22:00:00+01:00"},
		{"constant limit never changes", always, "2026-03-06T05:00:00+01:00", uploader.SendNothing, ""},
		{"first matching span applies", layers, "2026-03-02T12:30:00+01:00", uploader.SendNothing, "2026-03-02T13:00:00+01:00"},
		{"second span applies after the first", layers, "2026-03-02T13:00:00+01:00", 7, "2026-03-02T20:00:00+01:00"},
		{"span contains the change to summer time", gap, "2026-03-29T01:30:00+01:00", 5, "2026-03-29T04:00:00+02:00"},
		{"span contains the change from summer time", gap, "2026-10-25T01:30:00+02:00", 5, "2026-10-25T04:00:00+01:00"},
		{"second occurrence of the repeated hour", gap, "2026-10-25T02:30:00+01:00", 5, "2026-10-25T04:00:00+01:00"},
		{"hours skipped a week before", inGap, "2026-04-05T02:30:00+02:00", 5, "2026-04-05T02:45:00+02:00"},
	} {
		t.Run(c.name, func(t *testing.T) {
			berlin := loadLocation(t, "Europe/Berlin")
			limit, until := c.schedule.At(parseTime(t, c.now).In(berlin), usual)
			var want time.Time
			if c.until != "" {
				want = parseTime(t, c.until)
			}
			if limit != c.limit || !until.Equal(want) {
				t.Errorf("limit %d until %v, want %d until %v", limit, until, c.limit, want)
			}
		})
	}
}

// parseTime parses a time in RFC 3339 format.
func parseTime(t *testing.T, text string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// TestScheduleIsConstantUntilNextChange checks for random schedules that the limit
// does not change before the time that At returns, and changes at that time.
func TestScheduleIsConstantUntilNextChange(t *testing.T) {
	t.Parallel()
	zones := []string{"UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "America/Santiago"}
	rapid.Check(t, func(t *rapid.T) {
		zone := loadLocation(t, rapid.SampledFrom(zones).Draw(t, "zone"))
		quarter := rapid.Custom(func(t *rapid.T) time.Duration { return hours(float64(rapid.IntRange(0, 95).Draw(t, "quarter")) / 4) })
		schedule := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) uploader.Span {
			return uploader.Span{
				Days: [7]bool(rapid.SliceOfN(rapid.Bool(), 7, 7).Draw(t, "days")), From: quarter.Draw(t, "from"), Until: quarter.Draw(t, "until"),
				Limit: rapid.Int64Range(-1, 2).Draw(t, "limit"),
			}
		}), 0, 4).Draw(t, "schedule")
		now := time.Date(2026, time.Month(rapid.IntRange(1, 12).Draw(t, "month")), rapid.IntRange(1, 28).Draw(t, "day"), 0, rapid.IntRange(0, 1439).Draw(t, "minute"), 0, 0, zone)
		limit, until := uploader.Schedule(schedule).At(now, 2)
		end := until
		if until.IsZero() {
			end = now.AddDate(0, 0, 7)
		} else if next, _ := uploader.Schedule(schedule).At(until, 2); next == limit || !until.After(now) {
			t.Fatalf("limit %v changes at %v according to At, but is %v then", limit, until, next)
		}
		for at := now; at.Before(end); at = at.Add(15 * time.Minute) {
			if other, _ := uploader.Schedule(schedule).At(at, 2); other != limit {
				t.Fatalf("limit %v applies from %v until %v according to At, but at %v it is %v", limit, now, until, at, other)
			}
		}
	})
}
