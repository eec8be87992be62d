package engine

import (
	"cmp"
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/admission"
	"github.com/ferryapp/ferry/uploader/deletion"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/lifecycle"
	"github.com/ferryapp/ferry/uploader/timing"
	"github.com/ferryapp/ferry/uploader/worker"
)

const (
	checkpointInterval = time.Second

	// maxIdle is the longest time the loop waits while something is unfinished:
	// timers stand still while a computer is suspended.
	maxIdle = 15 * time.Second

	// stopTimeout limits how long a stopping engine waits for its workers. It exceeds
	// their grace period: only those that are blocked in a system call, such as a read
	// from a drive that does not respond, take longer, and no context ends these.
	stopTimeout = 3500 * time.Millisecond

	// maxReports is how many reports are buffered for the loop, and how many it
	// receives in one turn.
	maxReports = 1024
)

// processStart is what monotonic times are counted from.
var processStart = time.Now()

// loop owns all state of a running engine. Everything in it belongs to the goroutine
// of run; others send functions for that to run.
type loop struct {
	engine  *Engine
	log     *slog.Logger
	reports chan func()   // run by the loop
	closed  chan struct{} // closed when no report is received any more
	tasks   sync.WaitGroup

	state     *state
	servers   *servers
	admission *admission.Control
	deleter   *deletion.Deleter
	scans     *scans
	checks    *checks
	drives    *drives
	workers   *workers
	commits   *commits
	publisher *publisher
	history   history
	clock     timing.Clock
	loading   *loading // nil once all transfers are loaded
	loadErr   error    // why they cannot be loaded

	replies    []reply
	checkpoint time.Time // the last one
	sampled    time.Time // when the counters were read
	stopping   bool
	stopBy     time.Time // when to stop waiting for workers; zero unless stopping
}

// reply is a reply to a command that waits for the commit.
type reply struct {
	to  chan error
	err error
}

func newLoop(e *Engine, saved uploader.Saved) *loop {
	saved.FillFaults()
	l := &loop{
		engine:  e,
		log:     e.config.Log,
		reports: make(chan func(), maxReports),
		closed:  make(chan struct{}),
		loading: newLoading(&saved),
		state:   newState(&saved, e.config.Log),
		servers: &servers{
			log:     e.config.Log,
			open:    e.config.Connect,
			byID:    make(map[uploader.ServerID]uploader.Server, len(saved.Servers)),
			inUse:   map[uploader.ServerID]uploader.Server{},
			remotes: map[uploader.ServerID]*worker.Remote{},
			nextID:  saved.NextServer,
			cookies: map[uploader.ServerID]savedCookies{},
		},
		admission: admission.New(*e.config.Settings, time.Now()),
	}
	for _, s := range saved.Servers {
		l.servers.byID[s.ID] = s
		l.admission.SetServer(s.ID, s.Options)
	}
	for id, text := range saved.Cookies {
		l.servers.cookies[id] = savedCookies{text: text}
	}
	l.state.deleteUpload, l.state.batchDeleted = l.deleteUpload, l.admission.RemoveBatch
	l.deleter = deletion.New(deletion.Engine{
		Send:        l.send,
		AfterCommit: func(f func(context.Context)) { l.state.afterCommit = append(l.state.afterCommit, f) },
		Connect:     l.servers.connect,
		Block: func(id uploader.ServerID, f *fault.Fault) {
			l.admission.Block(id, f)
			l.state.unpublished, l.state.publishNow = true, true
		},
	}, l.log, &l.tasks)
	l.checks = &checks{state: l.state, servers: l.servers, admission: l.admission}
	l.drives = newDrives(l.state, l.log, e.config.DriveTimeout)
	l.workers = &workers{
		state: l.state, config: &e.config, servers: l.servers, admission: l.admission, deleter: l.deleter, checks: l.checks, drives: l.drives,
		log: l.log, tasks: &l.tasks, send: l.send, closed: l.closed, limitBody: l.limitBody, saveObserved: l.saveObserved,
	}
	l.checks.failed = l.workers.failed
	l.scans = &scans{
		state: l.state, config: &e.config, servers: l.servers, admission: l.admission,
		drives: l.drives, log: l.log, tasks: &l.tasks, send: l.send, closed: l.closed,
		postponed: map[uploader.BatchID]*postponedScan{},
		listings:  map[uploader.BatchID]*uploader.Listing{},
	}
	l.commits = &commits{state: l.state, servers: l.servers, store: e.config.Store, log: l.log}
	l.publisher = &publisher{state: l.state, servers: l.servers, admission: l.admission, drives: l.drives, scans: l.scans}
	l.applyLimits()
	return l
}

// run runs the engine until ctx ends: it takes input, steps transfers, commits, acts
// and publishes. It fails if not all transfers can be loaded.
func (l *loop) run(ctx context.Context) error {
	// Saving continues while everything else stops.
	saveCtx := context.WithoutCancel(ctx)
	workCtx, stopWork := context.WithCancelCause(saveCtx)
	defer stopWork(worker.ErrShutdown)
	l.load()
	l.loadRest(workCtx)
	for quit := ctx.Done(); ; {
		l.turn(saveCtx, workCtx)
		if l.stopping && !l.bulkReady() && (len(l.state.running) == 0 || !time.Now().Before(l.stopBy)) {
			break
		}
		if l.wait(quit) || l.loadErr != nil && !l.stopping {
			l.stopping, quit = true, nil
			l.stopBy = time.Now().Add(stopTimeout)
			stopWork(worker.ErrShutdown)
		}
	}
	close(l.closed)
	if !l.waitTasks() {
		l.log.Error("workers or a scan do not stop, most likely because a drive does not respond", "workers", len(l.state.running))
	}
	l.lastSave(saveCtx, workCtx)
	return l.loadErr
}

// waitTasks waits for the goroutines that the loop started, at most until stopBy. It
// reports whether all have ended. Those that have not can change nothing any more.
func (l *loop) waitTasks() bool {
	ended := make(chan struct{})
	go func() {
		l.tasks.Wait()
		close(ended)
	}()
	timer := time.NewTimer(time.Until(l.stopBy))
	defer timer.Stop()
	select {
	case <-ended:
		return true
	case <-timer.C:
	}
	select {
	case <-ended: // in time as well
		return true
	default:
		return false
	}
}

// turn processes everything that was received: it saves it, acts on it and publishes
// it. Acting can change more that is to be saved. Changes that nothing waits for are
// left for the commit of a later turn; that does not delay starting transfers.
func (l *loop) turn(saveCtx, workCtx context.Context) {
	now := time.Now()
	if l.clock.Jumped(now.Round(0), now.Sub(processStart)) {
		l.clockJumped()
	}
	if change := l.admission.ScheduleChanges(); !change.IsZero() && !now.Before(change) {
		l.applyLimits()
	}
	l.endWaits(now)
	l.sample(now)
	l.scans.observe(now)
	l.drives.retry(now)
	l.deleter.RetryPostponed(now)
	if l.loading != nil {
		l.restorePortion()
	}
	if l.loading == nil {
		l.changeMany(saveCtx, now)
	}
	for due := true; due; due = l.commitDue(now) {
		if l.commitDue(now) {
			if !l.commits.save(saveCtx, now) {
				break
			}
			l.act(workCtx)
		}
		if !l.stopping && l.loading.admits() {
			l.workers.admit(workCtx)
		}
	}
	if l.publishDue(now) {
		l.publish(now)
	}
	l.sendReplies(l.commits.fault)
}

// changeMany does the next portion of what is done to very many transfers.
func (l *loop) changeMany(saveCtx context.Context, now time.Time) {
	l.saveOutdated() // not with the commit that the reply to a bulk command waits for
	if l.state.bulk.caughtUp = 0; l.bulkReady() {
		l.nextBulkPortion()
	}
	l.state.removeDropped()
	l.history.trim(l.state, l.admission.Settings().History, now)
	if l.commits.fault == nil {
		l.history.trimEntries(saveCtx, l.state, l.engine.config.Store, l.admission.Settings().History, now)
	} else {
		l.history.postponeEntries(now)
	}
}

func (l *loop) commitDue(now time.Time) bool {
	return l.commits.due(l.stopping || len(l.replies) > 0 || l.publishDue(now), now)
}

// publishDue reports whether to publish now: not before all transfers are loaded.
func (l *loop) publishDue(now time.Time) bool { return l.loading == nil && l.publisher.due(now) }

// wait receives the next report or command, and the others that are waiting. It
// reports whether the engine is to stop.
func (l *loop) wait(quit <-chan struct{}) bool {
	timer := time.NewTimer(l.idle(time.Now()))
	defer timer.Stop()
	select {
	case report := <-l.reports:
		report()
	case r := <-l.commands():
		l.receive(r)
	case <-timer.C:
	case <-quit:
		return true
	}
	for range maxReports {
		select {
		case report := <-l.reports:
			report()
		case r := <-l.commands():
			l.receive(r)
		default:
			return false
		}
	}
	return false
}

// commands returns nil while the engine stops: no new command is received.
func (l *loop) commands() <-chan request {
	if l.stopping {
		return nil
	}
	return l.engine.commands
}

// idle returns how long the loop has nothing to do unless it receives something.
func (l *loop) idle(now time.Time) time.Duration {
	next := now.Add(time.Hour)
	until := func(t time.Time) {
		if !t.IsZero() && t.Before(next) {
			next = t
		}
	}
	s, schedule := l.state, l.admission.ScheduleChanges()
	if !s.alarms.Next().IsZero() || len(s.running) > 0 || !schedule.IsZero() {
		until(now.Add(maxIdle))
	}
	until(s.alarms.Next())
	until(schedule)
	until(l.commits.retryAt)
	until(l.deleter.NextTry())
	until(l.drives.next())
	until(l.history.next(s))
	until(l.stopBy)
	if l.bulkReady() || l.outdatedReady() || l.loading != nil && l.loading.joined() && !l.stopping {
		until(now)
	}
	if l.scans.running != nil {
		until(now.Add(progressInterval)) // its drive may stop responding
	}
	if l.commits.unsaved() && l.commits.retryAt.IsZero() {
		until(l.commits.savedAt.Add(l.commits.interval()))
	}
	if len(s.running) > 0 || s.unpublished && l.loading == nil {
		last := l.publisher.publishedAt
		if l.sampled.After(last) {
			last = l.sampled
		}
		until(last.Add(progressInterval))
	}
	return max(0, next.Sub(now))
}

// send runs a report on the loop's goroutine, in the order of the calls. It may be
// called from any other goroutine, and does nothing once the loop has ended.
func (l *loop) send(report func()) {
	select {
	case l.reports <- report:
	case <-l.closed:
	}
}

// endWaits queues the transfers whose wait is over.
func (l *loop) endWaits(now time.Time) {
	for _, id := range l.state.alarms.Due(now) {
		if t := l.state.table.Get(id); t != nil && t.Phase == uploader.PhaseWaiting && !t.NextTry.After(now) {
			l.state.apply(id, lifecycle.WaitEnded{})
		}
	}
	l.admission.EndExpiredHolds(now)
}

// sample reads the workers' counters four times a second, and copies them to
// the transfers once a second, to be saved.
func (l *loop) sample(now time.Time) {
	if len(l.state.running) == 0 {
		l.publisher.paused = true
		return
	}
	if now.Sub(l.sampled) < progressInterval {
		return
	}
	l.sampled, l.state.unpublished = now, true
	l.publisher.sample(l.workers.totalSent.Load(), now)
	checkpoint := now.Sub(l.checkpoint) >= checkpointInterval
	if checkpoint {
		l.checkpoint = now
	}
	l.workers.sample(now, checkpoint)
}

// clockJumped is called after the computer was suspended or its clock was set. The
// times at which waits end are no longer valid, and connections are most likely
// broken: what waits is tried now, and workers are stopped and started again.
func (l *loop) clockJumped() {
	l.log.Info("clock jump: computer suspended or clock set")
	l.admission.EndServerHolds()
	for _, id := range l.state.table.InPhase(uploader.PhaseWaiting) {
		l.state.apply(id, lifecycle.WaitEnded{})
	}
	l.applyLimits()
	for _, w := range l.state.running {
		w.stop(worker.ErrClockJump)
	}
}

// applyLimits applies the settings, the schedule and the servers' options to what is
// being sent.
func (l *loop) applyLimits() {
	l.admission.Update(time.Now())
	l.workers.limitFiles()
	l.workers.stopExcess()
	l.workers.stopHeld()
	l.checks.endWithoutCapacity()
	l.state.unpublished = true
}

// act runs what waited for the commit.
func (l *loop) act(workCtx context.Context) {
	actions := l.state.afterCommit
	l.state.afterCommit = nil
	for _, action := range actions {
		action(workCtx)
	}
}

// publish makes a snapshot and notifies the watchers.
func (l *loop) publish(now time.Time) {
	l.engine.publish(l.publisher.snapshot(cmp.Or(l.commits.fault, l.scans.fault), now))
}

// lastSave saves what is not saved yet, if the store accepts it now.
func (l *loop) lastSave(saveCtx, workCtx context.Context) {
	l.commits.retryAt = time.Time{}
	for l.state.bulk.unfinished() {
		l.nextBulkPortion()
	}
	if l.loading == nil {
		l.state.removeDropped()
	} else {
		l.stopLoading()
	}
	if l.commits.save(saveCtx, time.Now()) {
		l.act(workCtx)
		l.waitTasks() // work has ended, so what it starts ends at once
	}
	if l.loading == nil {
		l.publish(time.Now())
	}
	l.sendReplies(l.commits.fault)
}

// sendReplies replies to the commands whose outcome is saved and published, or
// cannot be saved because of saveFault. A bulk command that cannot be saved continues
// once it can be.
func (l *loop) sendReplies(saveFault *fault.Fault) {
	for _, c := range l.state.bulk.commands {
		if saveFault != nil && c.reply != nil {
			c.reply <- saveFault
			c.reply = nil
		}
	}
	for _, r := range l.replies {
		switch {
		case r.to == nil: // it was sent before
		case r.err != nil:
			r.to <- r.err
		case saveFault != nil:
			r.to <- saveFault
		default:
			r.to <- nil
		}
	}
	l.replies = nil
}
