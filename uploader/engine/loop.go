package engine

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/journal"
	"github.com/ferryapp/ferry/uploader/lifecycle"
	"github.com/ferryapp/ferry/uploader/netx"
	"github.com/ferryapp/ferry/uploader/queue"
	"github.com/ferryapp/ferry/uploader/scan"
	"github.com/ferryapp/ferry/uploader/table"
	"github.com/ferryapp/ferry/uploader/worker"
)

const (
	progressEvery   = 250 * time.Millisecond
	checkpointEvery = time.Second
	saveRetry       = time.Second

	// commitEvery is how long what nobody waits for, such as that one of many
	// small files is across, gathers for one commit. The first after a quiet time
	// is saved at once.
	commitEvery = 50 * time.Millisecond

	// reportsMost is how many reports wait for the loop before workers wait for it,
	// and how many it takes in one turn.
	reportsMost = 1024
)

// loop owns all state of a running engine. Everything in it belongs to the one
// goroutine in run; workers and adders talk to it through reports.
type loop struct {
	engine  *Engine
	log     *slog.Logger
	store   uploader.Store
	reports chan func()   // Run by the loop
	gone    chan struct{} // Closed when no report is taken any more
	tasks   sync.WaitGroup

	table      *table.Table
	queue      *queue.Queue
	batches    map[uploader.BatchID]*uploader.Batch
	servers    map[uploader.ServerID]uploader.Server
	remotes    map[uploader.ServerID]*worker.Remote
	settings   uploader.Settings // sane
	flow       *netx.Limit       // over everything
	resting    bool              // nothing is sent, as the schedule has it
	regime     time.Time         // until when the schedule has it as it is; zero for good
	metered    bool              // the network is paid for by what goes over it
	valves     map[uploader.ServerID]*valve
	limits     map[uploader.BatchID]*netx.Limit
	gates      map[uploader.ServerID]gate     // servers left alone
	refused    map[uploader.ServerID][]string // uploads whose removal waits for a sign-in
	staying    staying
	flights    map[uploader.TransferID]*flight
	attested   map[uploader.TransferID]lifecycle.FileState // of unfinished ones
	checks     map[uploader.TransferID]bool                // stand in line, or are under way, to be looked at and not sent
	alarms     alarms
	clock      clock
	removals   removals
	dropped    []uploader.TransferID                          // removed by the user, and final now
	walks      []scan.Request                                 // waiting for their turn
	walking    *scan.Scanner                                  // the one under way; nil for none
	superseded map[uploader.BatchID]map[uploader.BatchID]bool // by batches still to be walked: those they were added over
	nextID     uploader.TransferID
	nextRank   int64
	nextPlace  int64 // of a batch
	nextServer uploader.ServerID
	moved      atomic.Int64 // bytes handed to the network by all workers since the start
	pace       meter        // of moved
	journal    journal.Journal
	history    history

	pending    uploader.Changes             // what is not transfers; those are the table's to know
	after      []func(work context.Context) // to be done once everything above is saved
	replies    []reply
	sweeps     []*sweep     // the oldest first
	portioned  bool         // a portion of one is to be saved
	swept      *sweep       // the one that is being carried out; nil for none
	caught     int          // transfers that a sweep came to in this turn before their place in its line
	trouble    *fault.Fault // why nothing can be saved
	blind      *fault.Fault // why a walk does not go on
	failures   int          // of saving, in a row
	retryAt    time.Time    // of a failed save
	committed  time.Time    // when everything was last saved
	enqueued   bool         // something stands in line that is not saved yet
	checkpoint time.Time    // of the last one
	sampled    time.Time    // when the meters were read
	published  time.Time
	stale      bool // something is to be published
	urgent     bool // at once
	stopping   bool
	seq        uint64
}

// reply is an answer that waits for the commit.
type reply struct {
	to  chan error
	err error
}

func newLoop(e *Engine, saved uploader.Saved) *loop {
	saved.FillFaults()
	l := &loop{
		engine:     e,
		log:        e.config.Log,
		store:      e.config.Store,
		reports:    make(chan func(), reportsMost),
		gone:       make(chan struct{}),
		table:      table.New(saved.Transfers, saved.Batches),
		queue:      queue.New(queue.Limits{}),
		batches:    make(map[uploader.BatchID]*uploader.Batch, len(saved.Batches)),
		servers:    make(map[uploader.ServerID]uploader.Server, len(saved.Servers)),
		remotes:    map[uploader.ServerID]*worker.Remote{},
		flow:       netx.NewLimit(0),
		valves:     map[uploader.ServerID]*valve{},
		limits:     map[uploader.BatchID]*netx.Limit{},
		gates:      map[uploader.ServerID]gate{},
		refused:    map[uploader.ServerID][]string{},
		staying:    staying{urls: map[uploader.ServerID][]string{}},
		flights:    map[uploader.TransferID]*flight{},
		attested:   map[uploader.TransferID]lifecycle.FileState{},
		checks:     map[uploader.TransferID]bool{},
		superseded: map[uploader.BatchID]map[uploader.BatchID]bool{},
		nextID:     saved.NextID,
		nextRank:   saved.NextRank,
		nextPlace:  1,
		nextServer: saved.NextServer,
		journal:    journal.New(),
	}
	for i := range saved.Batches {
		l.batches[saved.Batches[i].ID] = &saved.Batches[i]
		l.rank(&saved.Batches[i])
	}
	for _, s := range saved.Servers {
		l.servers[s.ID] = s
	}
	l.configure(*e.config.Settings)
	return l
}

// Run is the engine's life: take what happened, commit it, act on it, show it.
func (l *loop) run(ctx context.Context) {
	// Saving goes on while everything else stops.
	disk := context.WithoutCancel(ctx)
	work, stopWork := context.WithCancelCause(disk)
	defer stopWork(worker.ErrShutdown)
	l.takeUp()
	for quit := ctx.Done(); ; {
		l.turn(disk, work)
		if l.stopping && len(l.flights) == 0 && !l.sweeping() {
			break
		}
		if l.wait(quit) {
			l.stopping, quit = true, nil
			stopWork(worker.ErrShutdown)
		}
	}
	close(l.gone)
	l.tasks.Wait()
	l.lastSave(disk, work)
}

// turn carries everything that has been taken to its end: saved, acted upon, and
// shown. Acting can bring up more to save. What has no hurry gathers for a later
// turn's commit; a place that became free is taken all the same.
func (l *loop) turn(disk, work context.Context) {
	now := time.Now()
	if l.clock.jumped(now.Round(0), now.Sub(start)) {
		l.wakeUp()
	}
	if !l.regime.IsZero() && !now.Before(l.regime) {
		l.regulate()
	}
	l.ring(now)
	l.sample(now)
	if l.caught = 0; l.sweeping() {
		l.sweepOn()
	}
	l.forgetDropped()
	l.removeAgain(now)
	l.fade(now)
	for !l.pressing(now) || l.commit(disk, now) {
		l.act(work)
		if !l.stopping {
			l.admit(work)
		}
		if !l.pressing(now) {
			break
		}
	}
	l.showWhenDue(now)
	l.answer(l.trouble)
}

// wait takes the next thing that happens, and what else is there already. It
// reports whether the engine is asked to stop.
func (l *loop) wait(quit <-chan struct{}) bool {
	timer := time.NewTimer(l.nap(time.Now()))
	defer timer.Stop()
	select {
	case report := <-l.reports:
		report()
	case o := <-l.orders():
		l.carryOut(o)
	case <-timer.C:
	case <-quit:
		return true
	}
	for range reportsMost {
		select {
		case report := <-l.reports:
			report()
		case o := <-l.orders():
			l.carryOut(o)
		default:
			return false
		}
	}
	return false
}

// orders is closed to new commands while stopping: nothing would come of them.
func (l *loop) orders() <-chan order {
	if l.stopping {
		return nil
	}
	return l.engine.commands
}

// nap is how long nothing has to be done unless something happens.
func (l *loop) nap(now time.Time) time.Duration {
	next := now.Add(time.Hour)
	sooner := func(t time.Time) {
		if !t.IsZero() && t.Before(next) {
			next = t
		}
	}
	if l.alarms.next() != (time.Time{}) || len(l.flights) > 0 || !l.regime.IsZero() {
		sooner(now.Add(drowsy))
	}
	sooner(l.alarms.next())
	sooner(l.regime)
	sooner(l.retryAt)
	sooner(l.staying.at)
	sooner(l.history.next)
	if l.sweeping() {
		sooner(now)
	}
	if l.unsaved() && l.retryAt.IsZero() {
		sooner(l.committed.Add(commitEvery))
	}
	if len(l.flights) > 0 || l.stale {
		sooner(later(l.published, l.sampled).Add(progressEvery))
	}
	return max(0, next.Sub(now))
}

// send hands a report to the loop, which takes reports in the order they were
// Sent. It is called from other goroutines and does nothing once the loop has
// WorkerEnded.
func (l *loop) send(report func()) {
	select {
	case l.reports <- report:
	case <-l.gone:
	}
}

// feed takes an input into a transfer and does what follows from it. Only what
// must not outrun the disk waits for the commit.
func (l *loop) feed(id uploader.TransferID, in lifecycle.Input) {
	t := l.settled(id)
	if t == nil {
		return
	}
	now := time.Now().Round(0)
	next, then := lifecycle.Step(*t, in, now)
	if next != *t {
		l.put(t, &next, now)
	}
	l.unchecked(id, in, then)
	if then.Dequeue {
		l.queue.Remove(int64(id))
	}
	if then.Enqueue {
		l.queue.Push(itemOf(&next))
		l.enqueued = true
	}
	if f := l.flights[id]; then.StopWorker && f != nil {
		f.halt(why(&next))
	}
	if then.Wake {
		l.alarms.set(next.NextTry.Time(), id)
	}
	if then.Delete.Begun() {
		l.terminateLater(id, next.Server, then.Delete)
	}
	if next.Intent == uploader.IntentRemove && next.Phase.Final() {
		l.drop(&next)
	}
}

// why is the reason for which a worker is made to stop: what is given up is of no
// interest any more.
func why(t *uploader.Transfer) error {
	if t.Intent.GivenUp() {
		return worker.ErrGivenUp
	}
	return worker.ErrStopped
}

// Put takes a transfer's new value into the state.
func (l *loop) put(before, after *uploader.Transfer, now time.Time) {
	l.journal.Note(before, after, now)
	l.table.Put(after)
	l.stale = true
}

func itemOf(t *uploader.Transfer) queue.Item {
	return queue.Item{
		ID:     int64(t.ID),
		Server: int64(t.Server),
		Batch:  int64(t.Batch),
		Rank:   t.Rank,
		Small:  uploader.IsSmall(t.Source) && t.Session.URL == "",
	}
}

// ring wakes the transfers whose wait is over.
func (l *loop) ring(now time.Time) {
	for _, id := range l.alarms.due(now) {
		if t := l.table.Get(id); t != nil && t.Phase == uploader.PhaseWaiting && !t.NextTry.After(now) {
			l.feed(id, lifecycle.WaitEnded{})
		}
	}
	l.openGates(now)
}

// Sample reads the meters, and once a second takes them into the transfers for
// the checkpoint.
func (l *loop) sample(now time.Time) {
	if len(l.flights) == 0 || now.Sub(l.sampled) < progressEvery {
		return
	}
	l.sampled, l.stale = now, true
	l.pace.sample(l.moved.Load(), now)
	keep := now.Sub(l.checkpoint) >= checkpointEvery
	if keep {
		l.checkpoint = now
	}
	for id, f := range l.flights {
		f.meter.sample(f.tally.Sent.Load(), now)
		if keep {
			l.feed(id, lifecycle.BytesSent{Sent: f.tally.Position.Load()})
		}
	}
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
