package engine

import (
	"math"
	"sync/atomic"
	"time"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/netx"
	"github.com/ferryapp/ferry/uploader/queue"
	"github.com/ferryapp/ferry/uploader/worker"
)

// SmallAtOnce is how many files that cross whole in one request do so at a time.
const SmallAtOnce = 16

// valve is what the workers on their way to one server share. It may be used from
// any goroutine.
type valve struct {
	connections atomic.Int64 // Parts of one file at a time
	limit       *netx.Limit

	restraint restraint // the loop's alone
}

// configure puts settings into effect.
func (l *loop) configure(s uploader.Settings) {
	l.settings = s.Sane()
	l.history = history{} // looked through by the new limits
	l.regulate()
}

// regulate brings what moves, and how fast, in line with the settings and the
// servers' profiles.
func (l *loop) regulate() {
	limit, until := l.settings.Schedule.At(time.Now(), l.settings.Limit)
	l.resting, l.regime = limit == uploader.Nothing, until.Round(0)
	l.flow.Set(limit)
	for id, v := range l.valves {
		l.adjust(v, id)
	}
	l.queue.SetLimits(queue.Limits{Large: l.settings.Simultaneous, Small: SmallAtOnce})
	for _, id := range l.queue.Surplus(l.atOnce) {
		if f := l.flights[uploader.TransferID(id)]; f != nil {
			f.halt(worker.ErrHeld) // it stands in line again
		}
	}
	l.rest()
	l.endVainChecks()
	l.stale = true
}

// atOnce is how many files may be on their way to a server at a time.
func (l *loop) atOnce(server int64) int {
	if n := l.servers[uploader.ServerID(server)].Profile.Simultaneous; n > 0 {
		return n
	}
	return math.MaxInt
}

// room is atOnce, as far as something may go there at all.
func (l *loop) room(server int64) int {
	if _, held := l.held(uploader.ServerID(server)); held || l.gates[uploader.ServerID(server)].closed() {
		return 0
	}
	if most := l.valve(uploader.ServerID(server)).restraint.most; most > 0 {
		return min(most, l.atOnce(server))
	}
	return l.atOnce(server)
}

// refuses has a server get fewer at a time that said it gets too many.
func (l *loop) refuses(id uploader.ServerID) {
	v := l.valve(id)
	underWay := max(l.queue.RunningAt(int64(id))+1, int(v.connections.Load())) // the one that was refused is out by now
	if v.restraint.refuse(underWay, time.Now()) {
		l.adjust(v, id)
		l.log.Info("a server gets fewer at a time", "server", id, "most", v.restraint.most)
	}
}

// takes has a server get more again that takes what it gets.
func (l *loop) takes(id uploader.ServerID) {
	v := l.valve(id)
	if v.restraint.take(max(l.settings.Simultaneous, SmallAtOnce, l.settings.Connections), time.Now()) {
		l.adjust(v, id)
		l.log.Info("a server gets more at a time", "server", id, "most", v.restraint.most)
	}
}

func (l *loop) valve(id uploader.ServerID) *valve {
	v := l.valves[id]
	if v == nil {
		v = &valve{limit: netx.NewLimit(0)}
		l.adjust(v, id)
		l.valves[id] = v
	}
	return v
}

func (l *loop) adjust(v *valve, id uploader.ServerID) {
	profile := l.servers[id].Profile
	connections := l.settings.Connections
	if profile.Connections > 0 {
		connections = min(profile.Connections, uploader.ConnectionsMost)
	}
	if v.restraint.most > 0 {
		connections = min(connections, v.restraint.most)
	}
	v.connections.Store(int64(connections))
	v.limit.Set(profile.Limit)
}

// fit gives a worker the bounds that hold for it.
func (l *loop) fit(w *worker.Config) {
	valve := l.valve(w.Transfer.Server)
	w.Limits = []*netx.Limit{l.flow, valve.limit}
	w.Connections = func() int { return int(valve.connections.Load()) }
	w.PartsRequested = l.servers[w.Transfer.Server].Profile.Connections > 0
	b := l.batches[w.Transfer.Batch]
	if b == nil {
		return
	}
	w.Options = b.Options
	if b.Options.Connections > 0 {
		w.Connections = func() int { return b.Options.Connections }
		w.PartsRequested = true
	}
	if b.Options.Limit > 0 {
		w.Limits = append(w.Limits, l.limit(b))
	}
}

// limit is what all workers of a batch share.
func (l *loop) limit(b *uploader.Batch) *netx.Limit {
	limit := l.limits[b.ID]
	if limit == nil {
		limit = netx.NewLimit(b.Options.Limit)
		l.limits[b.ID] = limit
	}
	return limit
}
