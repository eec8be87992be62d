package engine

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/table"
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
	s := &uploader.Snapshot{
		Seq:       l.seq,
		Transfers: l.table.Snapshot(),
		Live:      make(map[uploader.TransferID]uploader.Live, len(l.flights)),
		Batches:   maps.Clone(l.batches),
		Servers:   slices.SortedFunc(maps.Values(l.servers), func(a, b uploader.Server) int { return cmp.Compare(a.ID, b.ID) }),
		Blocked:   l.blocked(),
		Held:      l.holds(),
		Checking:  len(l.checks),
		Trouble:   cmp.Or(l.trouble, l.blind),
	}
	sums, share := l.table.AllTotals(), l.share()
	for id, f := range l.flights {
		t := l.table.Get(id)
		if t.Removed() {
			continue // its worker is on its way out
		}
		pace := f.meter
		pace.rate *= share
		sent := f.tally.Position.Load()
		live := uploader.Live{Sent: sent, Read: f.tally.Read.Load(), Rate: pace.rate, ETA: pace.eta(t.Source.Size - sent)}
		s.Live[id] = live
		sums.AddProgress(t, live)
	}
	s.Sums = sums.PerBatch()
	s.Totals = l.overall(sums)
	l.published, l.stale, l.urgent = now, false, false
	l.engine.publish(s)
}

// share is by how much the speeds of the single transfers are cut, so that they
// add up to no more than the speed of everything. Alone they promise too much: the
// first bytes of each fill buffers on the way and not the network.
func (l *loop) share() float64 {
	sum := 0.0
	for _, f := range l.flights {
		sum += f.meter.rate
	}
	if sum <= l.pace.rate || l.pace.rate < 1 {
		return 1
	}
	return l.pace.rate / sum
}

// endRest has the speed of everything measured anew when something moves after a
// rest, which is no part of it.
func (l *loop) endRest(now time.Time) {
	if len(l.flights) == 0 && now.Sub(l.pace.seen) > rateMemory {
		l.pace = meter{}
		l.pace.sample(l.moved.Load(), now)
	}
}

// Overall returns the totals with the speed of everything.
func (l *loop) overall(sums table.Totals) uploader.Totals {
	totals := sums.Overall()
	totals.Active = len(l.flights)
	if totals.Active > 0 {
		totals.Rate, totals.ETA = l.pace.rate, l.pace.eta(totals.Left)
	}
	return totals
}
