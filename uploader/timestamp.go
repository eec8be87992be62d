package uploader

import "time"

// Timestamp is a time in milliseconds since 1970 UTC; zero is no time. It is what the
// store saves, and a third of the size of a time.Time: a million transfers have five
// of them each.
type Timestamp int64

// TimestampOf returns t to the millisecond; zero for the zero time.
func TimestampOf(t time.Time) Timestamp {
	if t.IsZero() {
		return 0
	}
	return Timestamp(t.UnixMilli())
}

// Time returns m in local time; the zero time for zero.
func (m Timestamp) Time() time.Time {
	if m == 0 {
		return time.Time{}
	}
	return time.UnixMilli(int64(m))
}

// IsZero reports whether m is no time.
func (m Timestamp) IsZero() bool { return m == 0 }

// After reports whether m is after t.
func (m Timestamp) After(t time.Time) bool { return m.Time().After(t) }

// Before reports whether m is before t.
func (m Timestamp) Before(t time.Time) bool { return m.Time().Before(t) }

// Equal reports whether m is t to the millisecond.
func (m Timestamp) Equal(t time.Time) bool { return m == TimestampOf(t) }

// Sub returns the duration from t to m.
func (m Timestamp) Sub(t time.Time) time.Duration { return m.Time().Sub(t) }

// String formats m as time.Time does.
func (m Timestamp) String() string { return m.Time().String() }
