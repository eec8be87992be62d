package uploader

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/netx"
	"github.com/ferryapp/ferry/uploader/queue"
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
	store   Store
	reports chan func()   // run by the loop
	gone    chan struct{} // closed when no report is taken any more
	tasks   sync.WaitGroup

	table      *table
	queue      *queue.Queue
	batches    map[BatchID]*Batch
	servers    map[ServerID]Server
	remotes    map[ServerID]*remote
	settings   Settings    // sane
	flow       *netx.Limit // over everything
	resting    bool        // nothing is sent, as the schedule has it
	regime     time.Time   // until when the schedule has it as it is; zero for good
	metered    bool        // the network is paid for by what goes over it
	valves     map[ServerID]*valve
	limits     map[BatchID]*netx.Limit
	gates      map[ServerID]gate     // servers left alone
	refused    map[ServerID][]string // uploads whose removal waits for a sign-in
	flights    map[TransferID]*flight
	attested   map[TransferID]testimony // of unfinished ones
	checks     map[TransferID]bool      // stand in line, or are under way, to be looked at and not sent
	alarms     alarms
	clock      clock
	leftovers  chan struct{}                // bounds how many are removed from servers at a time
	dropped    []TransferID                 // removed by the user, and final now
	walks      []walkOrder                  // waiting for their turn
	walking    *walker                      // the one under way; nil for none
	superseded map[BatchID]map[BatchID]bool // by batches still to be walked: those they were added over
	nextID     TransferID
	nextRank   int64
	nextPlace  int64 // of a batch
	nextServer ServerID
	moved      atomic.Int64 // bytes handed to the network by all workers since the start
	pace       meter        // of moved
	journal    journal
	history    history

	pending    Changes                      // what is not transfers; those are the table's to know
	after      []func(work context.Context) // to be done once everything above is saved
	replies    []reply
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

func newLoop(e *Engine, saved Saved) *loop {
	l := &loop{
		engine:     e,
		log:        e.config.Log,
		store:      e.config.Store,
		reports:    make(chan func(), reportsMost),
		gone:       make(chan struct{}),
		table:      newTable(saved.Transfers),
		queue:      queue.New(queue.Limits{}),
		batches:    make(map[BatchID]*Batch, len(saved.Batches)),
		servers:    make(map[ServerID]Server, len(saved.Servers)),
		remotes:    map[ServerID]*remote{},
		flow:       netx.NewLimit(0),
		valves:     map[ServerID]*valve{},
		limits:     map[BatchID]*netx.Limit{},
		gates:      map[ServerID]gate{},
		refused:    map[ServerID][]string{},
		leftovers:  make(chan struct{}, removalsMost),
		flights:    map[TransferID]*flight{},
		attested:   map[TransferID]testimony{},
		checks:     map[TransferID]bool{},
		superseded: map[BatchID]map[BatchID]bool{},
		nextID:     saved.NextID,
		nextRank:   saved.NextRank,
		nextPlace:  1,
		nextServer: saved.NextServer,
		journal:    newJournal(),
	}
	for i := range saved.Batches {
		l.batches[saved.Batches[i].ID] = &saved.Batches[i]
		l.rank(&saved.Batches[i])
	}
	l.table.mixed = false // the store has the order
	for _, s := range saved.Servers {
		l.servers[s.ID] = s
	}
	l.configure(*e.config.Settings)
	return l
}

// run is the engine's life: take what happened, commit it, act on it, show it.
func (l *loop) run(ctx context.Context) {
	// Saving goes on while everything else stops.
	disk := context.WithoutCancel(ctx)
	work, stopWork := context.WithCancelCause(disk)
	defer stopWork(errShutdown)
	l.takeUp()
	for quit := ctx.Done(); ; {
		l.turn(disk, work)
		if l.stopping && len(l.flights) == 0 {
			break
		}
		if l.wait(quit) {
			l.stopping, quit = true, nil
			stopWork(errShutdown)
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
	l.forgetDropped()
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
	sooner(l.history.next)
	if l.unsaved() && l.retryAt.IsZero() {
		sooner(l.committed.Add(commitEvery))
	}
	if len(l.flights) > 0 || l.stale {
		sooner(later(l.published, l.sampled).Add(progressEvery))
	}
	return max(0, next.Sub(now))
}

// send hands a report to the loop, which takes reports in the order they were
// sent. It is called from other goroutines and does nothing once the loop has
// ended.
func (l *loop) send(report func()) {
	select {
	case l.reports <- report:
	case <-l.gone:
	}
}

// feed takes an input into a transfer and does what follows from it. Only what
// must not outrun the disk waits for the commit.
func (l *loop) feed(id TransferID, in input) {
	t := l.table.get(id)
	if t == nil {
		return
	}
	now := time.Now().Round(0)
	next, then := step(*t, in, now)
	if next != *t {
		l.put(t, &next, now)
	}
	l.unchecked(id, in, then)
	if then.dequeue {
		l.queue.Remove(int64(id))
	}
	if then.enqueue {
		l.queue.Push(itemOf(&next))
		l.enqueued = true
	}
	if f := l.flights[id]; then.halt && f != nil {
		f.halt(why(&next))
	}
	if then.wake {
		l.alarms.set(next.NextTry.Time(), id)
	}
	if then.terminate.Begun() {
		l.terminateLater(id, next.Server, then.terminate)
	}
	if next.Intent == IntentRemove && next.Phase.Final() {
		l.drop(&next)
	}
}

// why is the reason for which a worker is made to stop: what is given up is of no
// interest any more.
func why(t *Transfer) error {
	if t.Intent.GivenUp() {
		return errGivenUp
	}
	return errHalted
}

// put takes a transfer's new value into the state.
func (l *loop) put(before, after *Transfer, now time.Time) {
	l.journal.note(before, after, now)
	l.table.put(after)
	l.stale = true
}

func itemOf(t *Transfer) queue.Item {
	return queue.Item{
		ID:     int64(t.ID),
		Server: int64(t.Server),
		Batch:  int64(t.Batch),
		Rank:   t.Rank,
		Small:  isSmall(t.Source) && t.Session.URL == "",
	}
}

// drop takes a final transfer off the list. As long as its batch is being walked
// it stays known, or the walk would find its file anew.
func (l *loop) drop(t *Transfer) {
	if b := l.batches[t.Batch]; b == nil || b.Expanded {
		l.dropped = append(l.dropped, t.ID)
	}
}

// forgetDropped takes the transfers off the list that the user removed while
// they were not final yet.
func (l *loop) forgetDropped() {
	if dropped := l.dropped; len(dropped) > 0 {
		l.dropped = nil
		l.forget(dropped)
	}
}

// forget takes transfers out of everything. One that still has a worker, because it
// failed under its hands, goes when that is gone.
func (l *loop) forget(ids []TransferID) {
	flies := func(id TransferID) bool { return l.flights[id] != nil }
	if slices.ContainsFunc(ids, flies) {
		for _, id := range ids {
			if flies(id) {
				l.dropped = append(l.dropped, id)
			}
		}
		ids = slices.DeleteFunc(slices.Clone(ids), flies)
	}
	if len(ids) == 0 {
		return
	}
	for _, id := range ids {
		delete(l.attested, id)
		l.journal.forget(id)
	}
	l.table.remove(ids)
	l.pending.RemovedTransfers = append(l.pending.RemovedTransfers, ids...)
	l.forgetEmptyBatches()
	l.stale = true
}

// forgetEmptyBatches removes the batches of which nothing is left to show.
func (l *loop) forgetEmptyBatches() {
	for id := range l.table.bare {
		if b := l.batches[id]; b != nil && !b.Expanded {
			continue // more of it may be found
		}
		l.forgetEmpty(id)
		delete(l.table.bare, id)
	}
}

// forgetEmpty removes a batch if nothing is left of it.
func (l *loop) forgetEmpty(id BatchID) {
	if b := l.batches[id]; b != nil && b.Expanded && l.table.batch[id] == 0 {
		delete(l.batches, id)
		delete(l.limits, id)
		delete(l.table.ranks, id)
		l.queue.Forget(int64(id))
		l.pending.RemovedBatches = append(l.pending.RemovedBatches, id)
		l.stale = true
	}
}

// ring wakes the transfers whose wait is over.
func (l *loop) ring(now time.Time) {
	for _, id := range l.alarms.due(now) {
		if t := l.table.get(id); t != nil && t.Phase == PhaseWaiting && !t.NextTry.After(now) {
			l.feed(id, due{})
		}
	}
	l.openGates(now)
}

// sample reads the meters, and once a second takes them into the transfers for
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
		f.meter.sample(f.tally.handed.Load(), now)
		if keep {
			l.feed(id, handed{f.tally.position.Load()})
		}
	}
}

// commit saves all that changed. On failure everything is kept for the next try:
// workers go on, and whatever waits for a save waits.
func (l *loop) commit(ctx context.Context, now time.Time) bool {
	changes := l.pending
	changes.Transfers, changes.Events = l.table.changed(), l.journal.unsaved
	if !changes.Empty() {
		if now.Before(l.retryAt) {
			return false
		}
		err := l.store.Save(ctx, changes)
		if l.failures++; err != nil && l.failures == salvageAt {
			err = l.salvage(ctx, changes, err)
		}
		if err != nil {
			l.failures %= salvageEvery
			l.troubled(err, now)
			return false
		}
	}
	l.failures = 0
	if l.trouble != nil {
		l.log.Info("saving works again")
		l.trouble, l.stale = nil, true
	}
	l.retryAt, l.committed, l.enqueued = time.Time{}, now, false
	l.pending = Changes{}
	l.table.saved()
	l.journal.saved()
	return true
}

// pressing reports whether it is time for a commit: somebody waits for it, or it
// has been waited long enough. What stands in line is saved before it is taken
// from there, and what is shown before it is shown.
func (l *loop) pressing(now time.Time) bool {
	switch {
	case l.trouble != nil:
		return true
	case !l.unsaved():
		return false
	case l.enqueued, l.stopping, len(l.after) > 0, len(l.replies) > 0, len(l.flights) == 0:
		return true
	default:
		return now.Sub(l.committed) >= commitEvery || l.showing(now)
	}
}

func (l *loop) unsaved() bool {
	return len(l.table.dirty) > 0 || len(l.journal.unsaved) > 0 || !l.pending.Empty() || len(l.after) > 0
}

func (l *loop) troubled(err error, now time.Time) {
	if l.trouble == nil {
		l.log.Error("cannot save", "err", err)
	}
	l.trouble, l.retryAt, l.stale = fault.Of(err), now.Add(saveRetry), true
}

// act carries out what had to wait for the commit.
func (l *loop) act(work context.Context) {
	after := l.after
	l.after = nil
	for _, effect := range after {
		effect(work)
	}
}

// lastSave tries to keep what the store did not take so far.
func (l *loop) lastSave(disk, work context.Context) {
	l.retryAt = time.Time{}
	l.forgetDropped()
	if l.commit(disk, time.Now()) {
		l.act(work)
		l.tasks.Wait() // work has ended, and so does at once what it began
	}
	l.show(time.Now())
	l.answer(l.trouble)
}

// answer tells everyone who gave a command how saving it went; what it did is
// shown by then.
func (l *loop) answer(trouble *fault.Fault) {
	for _, r := range l.replies {
		switch {
		case r.err != nil:
			r.to <- r.err
		case trouble != nil:
			r.to <- trouble
		default:
			r.to <- nil
		}
	}
	l.replies = nil
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
