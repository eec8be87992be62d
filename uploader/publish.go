package uploader

import (
	"cmp"
	"maps"
	"slices"
	"time"
)

// showWhenDue publishes what changed: at once for the user's own doing, and
// otherwise at most four times a second.
func (l *loop) showWhenDue(now time.Time) {
	if l.showing(now) {
		l.show(now)
	}
}

func (l *loop) showing(now time.Time) bool {
	return l.stale && (l.urgent || now.Sub(l.published) >= progressEvery)
}

func (l *loop) show(now time.Time) {
	l.seq++
	s := &Snapshot{
		Seq:       l.seq,
		Transfers: l.rows(),
		Live:      make(map[TransferID]Live, len(l.flights)),
		Batches:   maps.Clone(l.batches),
		Servers:   slices.SortedFunc(maps.Values(l.servers), func(a, b Server) int { return cmp.Compare(a.ID, b.ID) }),
		Blocked:   l.blocked(),
		Checking:  len(l.checks),
		Trouble:   l.trouble,
	}
	for id, f := range l.flights {
		t := l.table.get(id)
		sent := f.tally.position.Load()
		s.Live[id] = Live{Sent: sent, Rate: f.meter.rate, ETA: f.meter.eta(t.Source.Size - sent)}
	}
	s.Totals = l.totals(s)
	l.published, l.stale, l.urgent = now, false, false
	l.engine.publish(s)
}

// rows is the table's rows as a slice nobody changes any more; an unchanged
// table is not copied again.
func (l *loop) rows() []*Transfer {
	if l.table.fresh {
		l.table.fresh = false
		l.shown = slices.DeleteFunc(slices.Clone(l.table.rows), removed)
	}
	return l.shown
}

// removed reports whether a transfer is known for the sake of a walk alone.
func removed(t *Transfer) bool { return t.Intent == IntentRemove && t.Phase.Final() }

func (l *loop) totals(s *Snapshot) Totals {
	totals := Totals{Count: make(map[State]int, states), Active: len(l.flights)}
	var count [states]int
	for _, t := range s.Transfers {
		state := t.State()
		count[state]++
		if t.Phase.Final() || state == StatePaused || state == StateCancelled {
			continue
		}
		totals.Pending++
		totals.Bytes += t.Source.Size
		totals.Left += max(0, t.Source.Size-s.Sent(t))
	}
	for state, n := range count {
		if n > 0 {
			totals.Count[State(state)] = n
		}
	}
	if totals.Active > 0 {
		totals.Rate, totals.ETA = l.pace.rate, l.pace.eta(totals.Left)
	}
	return totals
}
