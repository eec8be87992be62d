package engine

import "time"

const (
	// sameRefusal is how long after a refusal others are its echo: requests that
	// were under way already.
	sameRefusal = 2 * time.Second

	// quietStretch is how long a server must have taken everything before it gets
	// one more at a time.
	quietStretch = 5 * time.Second

	// forgiven is after how long without any word a server is met as if it had never
	// refused anything.
	forgiven = 10 * time.Minute
)

// restraint is how much less a server is asked for at a time that said it is asked
// for too much (429, 503): half of it after every refusal, one more after every
// quiet stretch in which it took what it got. The zero restraint holds nothing
// back.
type restraint struct {
	most    int       // files at a time, and parts of each; 0: no restraint
	refused time.Time // the last refusal that counted
	changed time.Time
}

// refuse is for a refusal with so much under way at the time, itself included. It
// reports whether that changes anything.
func (r *restraint) refuse(underWay int, now time.Time) bool {
	if r.most > 0 && now.Sub(r.refused) < sameRefusal {
		return false
	}
	if r.most > 0 {
		underWay = min(underWay, r.most)
	}
	r.most, r.refused, r.changed = max(underWay/2, 1), now, now
	return true
}

// take is for an answer that took something. usual is what is asked for at a time
// without any restraint. It reports whether that changes anything.
func (r *restraint) take(usual int, now time.Time) bool {
	if r.most == 0 || now.Sub(r.changed) < quietStretch {
		return false
	}
	r.changed = now
	if r.most++; r.most >= usual || now.Sub(r.refused) >= forgiven {
		*r = restraint{}
	}
	return true
}
