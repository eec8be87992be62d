package uploader

import "time"

// Moment is a point in time to the millisecond, counted since 1970 in UTC; zero is
// none at all. It is what the store keeps, and a third of a time.Time: a million
// transfers have five of them each.
type Moment int64

// MomentOf returns t without what a Moment cannot hold; zero for the zero time.
func MomentOf(t time.Time) Moment {
	if t.IsZero() {
		return 0
	}
	return Moment(t.UnixMilli())
}

// Time returns the moment in local time, or the zero time.
func (m Moment) Time() time.Time {
	if m == 0 {
		return time.Time{}
	}
	return time.UnixMilli(int64(m))
}

// IsZero reports whether there is no such moment.
func (m Moment) IsZero() bool { return m == 0 }

// After reports whether the moment comes after t.
func (m Moment) After(t time.Time) bool { return m.Time().After(t) }

// Before reports whether the moment comes before t.
func (m Moment) Before(t time.Time) bool { return m.Time().Before(t) }

// Equal reports whether the moment is that of t.
func (m Moment) Equal(t time.Time) bool { return m == MomentOf(t) }

// Sub returns how long after t the moment comes.
func (m Moment) Sub(t time.Time) time.Duration { return m.Time().Sub(t) }

// String returns the moment as time.Time says it.
func (m Moment) String() string { return m.Time().String() }
