package engine

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/admission"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/speed"
	"github.com/ferryapp/ferry/uploader/table"
)

// progressInterval is how often progress is sampled and published.
const progressInterval = 250 * time.Millisecond

// publisher makes snapshots of the state.
type publisher struct {
	state     *state
	servers   *servers
	admission *admission.Control
	drives    *drives
	scans     *scans

	seq         uint64
	publishedAt time.Time
	speed       speed.Meter // over all workers
	paused      bool        // nothing was being sent at some time since the last sample
}

// due reports whether to publish now: at once after a command, otherwise at most four
// times a second.
func (p *publisher) due(now time.Time) bool {
	return p.state.unpublished && (p.state.publishNow || now.Sub(p.publishedAt) >= progressInterval)
}

// snapshot returns the state as of now. storeFault is why nothing can be saved or
// looked up, or nil.
func (p *publisher) snapshot(storeFault *fault.Fault, now time.Time) *uploader.Snapshot {
	p.seq++
	s := p.state
	snapshot := &uploader.Snapshot{
		Seq:        p.seq,
		Transfers:  s.table.Snapshot(),
		Progress:   make(map[uploader.TransferID]uploader.Progress, len(s.running)),
		Batches:    maps.Clone(s.batches),
		Servers:    slices.SortedFunc(maps.Values(p.servers.byID), func(a, b uploader.Server) int { return cmp.Compare(a.ID, b.ID) }),
		InUse:      p.servers.usedOtherwise(),
		Blocked:    p.admission.Blocked(),
		Holds:      map[uploader.ServerID]uploader.Hold{},
		Drives:     p.drives.faults(),
		ScanFaults: p.scans.faults(),
		Listed:     p.scans.listed(),
		Checking:   len(s.checks),
		StoreFault: storeFault,
	}
	for id := range p.servers.byID {
		if hold, held := p.admission.Hold(id); held {
			snapshot.Holds[id] = hold
		}
	}
	totals, share := s.table.AllTotals(), p.share()
	for id, running := range s.running {
		t := s.table.Get(id)
		if t.Removed() {
			continue // its worker is about to end
		}
		sent := running.counters.Position.Load()
		live := uploader.Progress{
			Sent: sent,
			Read: running.counters.Read.Load(),
			Rate: running.speed.Rate() * share,
			ETA:  running.speed.Left(t.Source.Size-sent, share),
			Wait: running.blocked,
		}
		snapshot.Progress[id] = live
		totals.AddProgress(t, live)
	}
	snapshot.BatchTotals = totals.PerBatch()
	snapshot.Totals = p.overall(totals, snapshot.Progress)
	p.publishedAt, s.unpublished, s.publishNow = now, false, false
	return snapshot
}

// overall returns the totals with the speed over all workers. That of a single transfer is its own: the
// one over all may still contain those before it.
func (p *publisher) overall(totals table.Totals, progress map[uploader.TransferID]uploader.Progress) uploader.Totals {
	all := totals.Overall()
	all.Active = len(p.state.running)
	if all.Active > 0 {
		all.Rate, all.ETA = p.speed.Rate(), p.speed.Left(all.Left, 1)
	}
	if all.Pending == 1 && all.Active == 1 {
		for _, only := range progress {
			all.Rate, all.ETA = only.Rate, only.ETA
		}
	}
	return all
}

// share returns the factor by which the speeds of transfers are reduced, so that they
// add up to no more than the speed over all workers. The speed of a single transfer is
// too high at first, because its first bytes fill buffers.
func (p *publisher) share() float64 {
	sum := 0.0
	for _, running := range p.state.running {
		sum += running.speed.Rate()
	}
	if sum <= p.speed.Rate() || p.speed.Rate() < 1 {
		return 1
	}
	return p.speed.Rate() / sum
}

// sample records how many bytes all workers have sent. After a pause, measuring the
// speed starts over.
func (p *publisher) sample(totalSent int64, now time.Time) {
	if p.paused && now.Sub(p.speed.SampledAt()) > speed.TimeConstant {
		p.speed = speed.Meter{}
	}
	p.paused = false
	p.speed.Sample(totalSent, now)
}
