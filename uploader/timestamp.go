package uploader

import "time"

// Moment is a time in milliseconds since 1970 UTC; zero is no time. It is what the
// store saves, and a third of the size of a time.Time: a million transfers have five
// of them each.
type Moment int64

// MomentOf returns t to the millisecond; zero for the zero time.
func MomentOf(t time.Time) Moment {
	if t.IsZero() {
		return 0
	}
	return Moment(t.UnixMilli())
}

// Time returns m in local time; the zero time for zero.
func (m Moment) Time() time.Time {
	if m == 0 {
		return time.Time{}
	}
	return time.UnixMilli(int64(m))
}

// IsZero reports whether m is no time.
func (m Moment) IsZero() bool { return m == 0 }

// After reports whether m is after t.
func (m Moment) After(t time.Time) bool { return m.Time().After(t) }

// Before reports whether m is before t.
func (m Moment) Before(t time.Time) bool { return m.Time().Before(t) }

// Equal reports whether m is t to the millisecond.
func (m Moment) Equal(t time.Time) bool { return m == MomentOf(t) }

// Sub returns the duration from t to m.
func (m Moment) Sub(t time.Time) time.Duration { return m.Time().Sub(t) }

// String formats m as time.Time does.
func (m Moment) String() string { return m.Time().String() }
