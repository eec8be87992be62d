package admission

import "time"

const (
	// sameRefusal is how long after a refusal further ones count as the same: those
	// requests had been sent already.
	sameRefusal = 2 * time.Second

	// increaseAfter is how long a server must have accepted everything before one more
	// is sent at the same time.
	increaseAfter = 5 * time.Second

	// minFileRate is how many bytes per second each of several small files should
	// get. More of them on a slow connection do not finish sooner, and a small file
	// that is interrupted is sent again from its start.
	minFileRate = 8 << 10

	// forgetAfter is how long after the last refusal the backoff ends.
	forgetAfter = 10 * time.Minute
)

// backoff reduces how much is sent to a server at the same time after it refused
// requests as too many (429, 503), or when the connection is slow: by half after
// every refusal, up by one after every increaseAfter without one. The zero backoff limits
// nothing.
type backoff struct {
	max         int       // files at the same time, and parts of each; 0: no limit
	lastRefused time.Time // the last refusal that counted
	changed     time.Time
}

// refused records a refusal while so many were running, the refused one included. It
// reports whether max changed.
func (b *backoff) refused(running int, now time.Time) bool {
	if b.max > 0 && now.Sub(b.lastRefused) < sameRefusal {
		return false
	}
	if b.max > 0 {
		running = min(running, b.max)
	}
	b.max, b.lastRefused, b.changed = max(running/2, 1), now, now
	return true
}

// slow records that one of underWay requests is sent at that rate. It reports whether
// max changed.
func (b *backoff) slow(underWay int, bytesPerSecond float64, now time.Time) bool {
	limit := max(int(float64(underWay)*bytesPerSecond/minFileRate), 1)
	if limit >= underWay || b.max > 0 && limit >= b.max {
		return false
	}
	b.max, b.lastRefused, b.changed = limit, now, now
	return true
}

// accepted records accepted data. usual is how many are sent at the same time
// without a backoff. It reports whether max changed.
func (b *backoff) accepted(usual int, now time.Time) bool {
	if b.max == 0 || now.Sub(b.changed) < increaseAfter {
		return false
	}
	b.changed = now
	if b.max++; b.max >= usual || now.Sub(b.lastRefused) >= forgetAfter {
		*b = backoff{}
	}
	return true
}
