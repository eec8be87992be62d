package uploader

import (
	"slices"
	"time"
)

// Schedule is a list of weekly spans with a speed limit of their own. Where spans
// overlap, the first applies; outside of them the usual limit does.
type Schedule []Span

// Span is a time of day on some days of the week, in local time.
type Span struct {
	Days  [7]bool       `json:"days"`  // on which it begins; from Sunday, as time.Weekday
	From  time.Duration `json:"from"`  // since midnight
	Until time.Duration `json:"until"` // since midnight; on the next day if not after From
	Limit int64         `json:"limit"` // bytes per second; 0: unlimited; [SendNothing]: nothing is sent
}

// SendNothing is the limit of a span in which nothing is sent.
const SendNothing = -1

const day = 24 * time.Hour

// normalized returns the spans that have days, with values in their valid range.
func (s Schedule) normalized() Schedule {
	var spans Schedule
	for _, span := range s[:min(len(s), MaxSpans)] {
		if span.Days == [7]bool{} {
			continue
		}
		span.From = min(max(span.From, 0), day-time.Nanosecond)
		span.Until = min(max(span.Until, 0), day)
		span.Limit = min(max(span.Limit, SendNothing), maxLimit)
		spans = append(spans, span)
	}
	return spans
}

// At returns the limit at a time, in bytes per second as in Span, and when it changes:
// zero for never. usual is the limit outside of all spans. Times of day are in now's
// location.
func (s Schedule) At(now time.Time, usual int64) (limit int64, until time.Time) {
	current := s.spanAt(now)
	for _, boundary := range s.boundaries(now) {
		if next := s.spanAt(boundary); next != current && s.limitOf(next, usual) != s.limitOf(current, usual) {
			until = boundary
			break
		}
	}
	return s.limitOf(current, usual), until
}

func (s Schedule) limitOf(span int, usual int64) int64 {
	if span < 0 {
		return usual
	}
	return s[span].Limit
}

// spanAt returns the index of the span that applies at a time; -1 for none.
func (s Schedule) spanAt(now time.Time) int {
	return slices.IndexFunc(s, func(span Span) bool { return span.contains(now) })
}

func (s Span) contains(now time.Time) bool {
	for _, days := range []int{0, -1} { // a span that began yesterday may last until today
		from, until, ok := s.on(now, days)
		if ok && !now.Before(from) && now.Before(until) {
			return true
		}
	}
	return false
}

// on returns the begin and end of the span that begins so many days after the day of
// now, and whether one does. Times of day that a change of the clock skips or repeats
// are as time.Date defines.
func (s Span) on(now time.Time, days int) (from, until time.Time, ok bool) {
	year, month, date := now.Date()
	at := func(days int, clock time.Duration) time.Time {
		hours, minutes, rest := clock/time.Hour, clock%time.Hour/time.Minute, clock%time.Minute
		return time.Date(year, month, date+days, int(hours), int(minutes), int(rest/time.Second), int(rest%time.Second), now.Location())
	}
	if !s.Days[at(days, 12*time.Hour).Weekday()] { // noon, since midnight may not exist
		return from, until, false
	}
	from = at(days, s.From)
	if s.Until <= s.From {
		days++
	}
	return from, at(days, s.Until), true
}

// boundaries returns the times in the coming week at which a span begins or ends, in
// order.
func (s Schedule) boundaries(now time.Time) []time.Time {
	var all []time.Time
	for _, span := range s {
		for days := -1; days <= 8; days++ {
			if from, until, ok := span.on(now, days); ok {
				all = append(all, from, until)
			}
		}
	}
	all = slices.DeleteFunc(all, func(t time.Time) bool { return !t.After(now) })
	slices.SortFunc(all, time.Time.Compare)
	return slices.CompactFunc(all, time.Time.Equal)
}
