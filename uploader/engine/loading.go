package engine

import (
	"context"
	"fmt"
	"iter"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/table"
	"github.com/ferryapp/ferry/uploader/worker"
)

// defaultFirst is Config.First if that is 0. It is more files than are sent while 1,000,000
// transfers are loaded.
const defaultFirst = 4096

// loading is a start with the first transfers: a loop that has only these sends them while
// the others are loaded, joins those, and restores them in portions. Until that is done,
// nothing is published, no batch is scanned, and commands wait: whatever depends on other
// transfers is decided when all are known. Before they are joined, no batch is deleted and no
// transfer is removed from the list.
type loading struct {
	first    map[uploader.TransferID]bool // with which the loop started
	commands []request                    // that wait, the oldest first

	startsNone bool // because of a command that waits

	next func() (*uploader.Transfer, bool) // returns the next transfer of all; nil until they are joined
	stop func()                            // ends next
}

// loadFirst returns what the loop starts with: everything, or a part of very many transfers.
func (e *Engine) loadFirst(ctx context.Context) (uploader.Saved, error) {
	if e.config.AskBeforeResume { // nothing is sent
		return e.config.Store.Load(ctx)
	}
	limit := e.config.First
	if limit == 0 {
		limit = defaultFirst
	}
	saved, err := e.config.Store.LoadFirst(ctx, limit)
	if err != nil || !saved.Partial {
		return saved, err
	}
	late := map[uploader.ServerID]bool{}
	for _, s := range saved.Servers {
		late[s.ID] = e.isLate(s)
	}
	saved.Transfers = saved.Transfers.Filter(func(row uploader.Row) bool { return !late[row.Server()] })
	return saved, nil
}

// isLate reports whether nothing is sent to a server until all transfers are loaded: an upload
// URL is for one of them, and those to the built-in receiver get its new endpoint together.
func (e *Engine) isLate(s uploader.Server) bool {
	return s.Options.GivenURL || s.ID == uploader.BuiltinServer && e.isMoved(s)
}

// isMoved reports whether the built-in receiver has another endpoint in this run.
func (e *Engine) isMoved(builtin uploader.Server) bool {
	return e.config.BuiltinEndpoint != "" && builtin.Endpoint != e.config.BuiltinEndpoint
}

// newLoading returns the loading of a loop that starts with saved; nil if that is all.
func newLoading(saved *uploader.Saved) *loading {
	if !saved.Partial {
		return nil
	}
	d := &loading{first: make(map[uploader.TransferID]bool, saved.Transfers.Len())}
	for _, row := range saved.Transfers.Rows() {
		d.first[row.ID()] = true
	}
	return d
}

// joined reports whether the transfers that were loaded later are in the table.
func (d *loading) joined() bool { return d.next != nil }

// loadRest loads all transfers on another goroutine, unless the loop has all.
func (l *loop) loadRest(work context.Context) {
	if l.loading == nil {
		return
	}
	l.tasks.Go(func() {
		saved, err := l.engine.config.Store.Load(work)
		if err != nil {
			l.send(func() { l.loadFailed(work, err) })
			return
		}
		saved.FillFaults()
		all := table.New(saved.Transfers, saved.Batches)
		l.send(func() { l.join(&saved, all) })
	})
}

func (l *loop) loadFailed(work context.Context, err error) {
	if work.Err() == nil { // otherwise the engine is stopping
		l.loadErr = fmt.Errorf("load transfers: %w", err)
	}
}

// join adds the transfers that were loaded later. Those with which the loop started are what
// they have become meanwhile.
func (l *loop) join(saved *uploader.Saved, all *table.Table) {
	s := l.state
	s.table.Join(all, l.loading.first)
	s.partial, s.nextRank = false, saved.NextRank
	s.restoreCommands(saved, l.loading.first)
	l.moveBuiltin()
	l.loading.next, l.loading.stop = iter.Pull(s.table.All())
}

// restorePortion restores some of the transfers that were loaded later, and ends loading
// with the last of them. One whose wait ended since they were joined, as with a changed
// setting, may be running already.
func (l *loop) restorePortion() {
	d := l.loading
	if !d.joined() || l.stopping {
		return
	}
	for range l.state.bulk.portion {
		t, more := d.next()
		if !more {
			l.endLoading()
			return
		}
		if started := l.state.running[t.ID] != nil; !d.first[t.ID] && !started {
			l.restore(t)
		}
	}
}

// endLoading does what waited for all transfers.
func (l *loop) endLoading() {
	commands := l.loading.commands
	l.loading = nil
	l.state.deleteEmptyBatches()
	l.putUploadURLs()
	l.allRestored()
	for _, r := range commands {
		l.execute(r)
	}
}

// receive carries out a command, or lets it wait until all transfers are loaded. What limits
// what is sent takes effect, and gets its reply, at once: who passes on settings one after
// another waits for the reply. After another command that waits no transfer is started, since
// it may be one that the command is about, unless the command only adds to what is sent.
func (l *loop) receive(r request) {
	d := l.loading
	if d == nil {
		l.execute(r)
		return
	}
	switch c := r.command.(type) {
	case uploader.Configure, uploader.SetMetered:
		l.replies = append(l.replies, reply{r.reply, l.command(c)})
		return
	case uploader.Pause:
		l.stopWorkers(c.Target)
	case uploader.Cancel:
		l.stopWorkers(c.Target)
	case uploader.Remove:
		l.stopWorkers(c.Target)
	}
	d.commands = append(d.commands, r)
	switch r.command.(type) {
	case uploader.Add, uploader.Resume:
	default:
		d.startsNone = true
	}
}

// stopLoading ends loading because the engine stops. What was added meanwhile is saved, and
// scanned in the next run; other commands that wait are not carried out.
func (l *loop) stopLoading() {
	if l.loading.joined() {
		l.loading.stop()
	}
	for _, r := range l.loading.commands {
		if add, ok := r.command.(uploader.Add); ok {
			l.replies = append(l.replies, reply{r.reply, l.command(add)})
		}
	}
}

// admits reports whether transfers may be started.
func (d *loading) admits() bool { return d == nil || !d.startsNone }

// stopWorkers stops the workers of a target. Their transfers are queued again.
func (l *loop) stopWorkers(target uploader.Target) {
	named := target.IDSet()
	for id, running := range l.state.running {
		if t := l.state.table.Get(id); t != nil && !target.Final && (target.CoversBatch(t.Batch) || named[id]) {
			running.stop(worker.ErrOverLimit)
		}
	}
}
