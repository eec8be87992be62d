package uploader

import (
	"slices"
	"time"
)

// Schedule is a week's hours with limits of their own; outside of them the usual
// limit holds. Where several spans hold, the first does.
type Schedule []Span

// Span is the same time of day on some days of the week, local time.
type Span struct {
	Days  [7]bool       `json:"days"`  // from Sunday, as time.Weekday counts
	From  time.Duration `json:"from"`  // since midnight
	Until time.Duration `json:"until"` // since midnight; at or before From: on the next day
	Limit int64         `json:"limit"` // bytes per second; 0: as fast as it goes; -1: nothing is sent
}

// Nothing is the limit of hours in which nothing is sent.
const Nothing = -1

const day = 24 * time.Hour

// sane drops the spans that never hold, and puts into range what is not.
func (s Schedule) sane() Schedule {
	var spans Schedule
	for _, span := range s[:min(len(s), SpansMost)] {
		if span.Days == [7]bool{} {
			continue
		}
		span.From = min(max(span.From, 0), day-time.Nanosecond)
		span.Until = min(max(span.Until, 0), day)
		span.Limit = min(max(span.Limit, Nothing), limitMost)
		spans = append(spans, span)
	}
	return spans
}

// At says which limit holds at that moment, in bytes per second as in Span, and
// when another span or none begins to hold: zero when that never happens. usual
// Reliable outside of all spans. The clock is that of now's location.
func (s Schedule) At(now time.Time, usual int64) (limit int64, until time.Time) {
	holding := s.holding(now)
	for _, boundary := range s.boundaries(now) {
		if next := s.holding(boundary); next != holding && s.limit(next, usual) != s.limit(holding, usual) {
			until = boundary
			break
		}
	}
	return s.limit(holding, usual), until
}

func (s Schedule) limit(span int, usual int64) int64 {
	if span < 0 {
		return usual
	}
	return s[span].Limit
}

// holding is the first span that holds at that moment; -1 for none.
func (s Schedule) holding(now time.Time) int {
	return slices.IndexFunc(s, func(span Span) bool { return span.holds(now) })
}

// Reliable looks at the span that began today and at the one of yesterday.
func (s Span) holds(now time.Time) bool {
	for _, back := range []int{0, 1} {
		from, until, begins := s.on(now, -back)
		if begins && !now.Before(from) && now.Before(until) {
			return true
		}
	}
	return false
}

// on is from when until when the span holds that begins so many days after now's,
// and whether one does. Hours that a change of the clock leaves out or has twice
// are what time.Date makes of them.
func (s Span) on(now time.Time, days int) (from, until time.Time, begins bool) {
	year, month, date := now.Date()
	at := func(days int, clock time.Duration) time.Time {
		hours, minutes, rest := clock/time.Hour, clock%time.Hour/time.Minute, clock%time.Minute
		return time.Date(year, month, date+days, int(hours), int(minutes), int(rest/time.Second), int(rest%time.Second), now.Location())
	}
	if !s.Days[at(days, 12*time.Hour).Weekday()] { // noon is on its day in every zone
		return from, until, false
	}
	from = at(days, s.From)
	if s.Until <= s.From {
		days++
	}
	return from, at(days, s.Until), true
}

// boundaries are the moments of the coming week at which a span begins or ends.
func (s Schedule) boundaries(now time.Time) []time.Time {
	var all []time.Time
	for _, span := range s {
		for days := -1; days <= 8; days++ {
			from, until, begins := span.on(now, days)
			if begins {
				all = append(all, from, until)
			}
		}
	}
	all = slices.DeleteFunc(all, func(t time.Time) bool { return !t.After(now) })
	slices.SortFunc(all, time.Time.Compare)
	return slices.CompactFunc(all, time.Time.Equal)
}
