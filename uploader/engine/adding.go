package engine

import (
	"context"
	"slices"
	"time"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/lifecycle"
	"github.com/ferryapp/ferry/uploader/scan"
	"github.com/ferryapp/ferry/uploader/source"
	"github.com/ferryapp/ferry/uploader/worker"
)

// add keeps a batch and has it walked. Saying it again changes nothing.
func (l *loop) add(c uploader.Add) error {
	if c.Batch <= 0 {
		return fault.Newf(fault.Refused, fault.Save, "%d is no batch's ID", c.Batch)
	}
	if _, known := l.batches[c.Batch]; known {
		return nil
	}
	if _, known := l.servers[c.Server]; !known {
		return fault.Newf(fault.Refused, fault.Save, "there is no server %d", c.Server)
	}
	superseded := l.supersede(c)
	l.keep(uploader.Batch{ID: c.Batch, Server: c.Server, Roots: slices.Clone(c.Paths), Added: time.Now().Round(0), Rank: l.nextPlace, Options: c.Options})
	if len(superseded) > 0 {
		l.superseded[c.Batch] = superseded
	}
	l.walk(c.Batch)
	return nil
}

// supersede takes what is said again off the batches that an earlier run did not
// walk to their end, or it would be sent once more when they are. It returns the
// batches of which something is said again in the middle: what is across of them is
// across for this one too.
func (l *loop) supersede(c uploader.Add) map[uploader.BatchID]bool {
	superseded := map[uploader.BatchID]bool{}
	paths := make(map[string]bool, len(c.Paths)) // hundreds of thousands may be dropped at once
	for _, path := range c.Paths {
		paths[path] = true
	}
	said := func(root string) bool { return paths[root] }
	for id, b := range l.batches {
		switch {
		case b.Server != c.Server, !slices.ContainsFunc(b.Roots, said):
		case b.Expanded, l.toBeWalked(id):
			if !c.Options.Again && (!b.Expanded || l.table.BatchTotals(id).Unfinished()) {
				superseded[id] = true
			}
		default:
			rest := *b
			rest.Roots = slices.DeleteFunc(slices.Clone(b.Roots), said)
			rest.Expanded = len(rest.Roots) == 0
			l.keep(rest)
			superseded[id] = true
		}
	}
	return superseded
}

// toBeWalked reports whether this run walks a batch.
func (l *loop) toBeWalked(id uploader.BatchID) bool {
	return l.walking != nil && l.walking.Batch.ID == id ||
		slices.ContainsFunc(l.walks, func(o scan.Request) bool { return o.Batch == id })
}

// save puts a new value of a batch into the state and into the next commit.
func (l *loop) keep(b uploader.Batch) {
	l.batches[b.ID] = &b
	l.rank(&b)
	l.pending.Batches = append(l.pending.Batches, b)
	l.stale = true
}

// walk has a batch expanded, one batch at a time: each sees what the ones before
// it added, so that a file added twice is found the second time.
func (l *loop) walk(id uploader.BatchID) {
	whole := func(o scan.Request) bool { return o.Batch == id && o.Only == nil }
	if slices.ContainsFunc(l.walks, whole) || l.walking != nil && whole(l.walking.Request) {
		return
	}
	l.order(scan.Request{Batch: id})
}

// walkAgain expands some paths of a batch once more. A walk that is under way may
// be past them already, so that this one comes after it.
func (l *loop) walkAgain(id uploader.BatchID, path string) {
	b := *l.batches[id]
	b.Expanded = false
	l.keep(b)
	for i := range l.walks {
		if o := &l.walks[i]; o.Batch == id && o.Only != nil {
			o.Only[path] = true
			return
		}
	}
	l.order(scan.Request{Batch: id, Only: map[string]bool{path: true}})
}

func (l *loop) order(o scan.Request) {
	l.walks = append(l.walks, o)
	l.after = append(l.after, l.nextWalk)
}

// nextWalk starts the walk whose turn it is, when none is under way.
func (l *loop) nextWalk(work context.Context) {
	if l.walking != nil || len(l.walks) == 0 {
		return
	}
	o := l.walks[0]
	l.walks = l.walks[1:]
	b := *l.batches[o.Batch]
	ctx, cancel := context.WithCancel(work)
	w := &scan.Scanner{
		Request:     o,
		Store:       l.store,
		Disk:        l.engine.config.Disk,
		Growth:      l.engine.config.Growth,
		Batch:       b,
		Cancel:      cancel,
		Fingerprint: l.fingerprint(l.servers[b.Server]),
		Known:       l.pathsOf(b.ID),
		Options:     source.Options{Ignore: l.settings.Ignore, Hidden: l.settings.Hidden, FollowFolders: l.settings.Links},
		Matcher:     l.matcher(b),
	}
	w.Reporter = scan.Reporter{
		Deliver: func(portion []scan.Found, last bool, saved func()) {
			l.send(func() {
				l.found(w, portion, last)
				l.after = append(l.after, func(context.Context) { saved() })
			})
		},
		LookupFailed: func(err error) { l.send(func() { l.cannotRecall(w, err) }) },
		Closed:       l.gone,
	}
	l.walking = w
	l.tasks.Go(func() {
		defer cancel()
		if err := worker.CatchPanic(func() error { return w.Run(ctx) }); err != nil {
			l.log.Error("a folder could not be walked to its end", "batch", w.Batch.ID, "err", err)
			w.Abort(ctx)
		}
	})
}

// Matcher is what the loop knows of earlier uploads that files of a batch may
// belong to.
func (l *loop) matcher(b uploader.Batch) *scan.Matcher {
	m := &scan.Matcher{
		Batch: b, Superseded: l.superseded[b.ID], Begun: map[int64][]*uploader.Transfer{}, Gone: map[uploader.TransferID]bool{},
		Unmade: map[string]uploader.TransferID{}, Store: l.store, Disk: l.engine.config.Disk,
	}
	for t := range l.table.NeverBegun() {
		if t.Server == b.Server && t.Batch != b.ID {
			m.Unmade[t.Source.Path] = t.ID
		}
	}
	for t := range l.table.Resumable() {
		if t.Server == b.Server && t.Batch != b.ID {
			m.Begun[t.Source.Size] = append(m.Begun[t.Source.Size], t)
		}
	}
	return m
}

// pathsOf is what a batch has transfers for.
func (l *loop) pathsOf(id uploader.BatchID) map[string]bool {
	known := make(map[string]bool, l.table.Count(id))
	if l.table.Count(id) == 0 {
		return known
	}
	for t := range l.table.All() {
		if t.Batch == id {
			known[t.Source.Path] = true
		}
	}
	return known
}

// Deliver takes a portion of a batch's files into the state.
func (l *loop) found(w *scan.Scanner, findings []scan.Found, last bool) {
	if l.walking != w {
		return // called off
	}
	id := w.Batch.ID
	l.urgent = l.urgent || l.table.Count(id) == 0 // the user just dropped it
	for _, f := range findings {
		l.takeIn(id, f)
		l.replace(w, f.File.Path)
	}
	if last {
		l.urgent = true
		l.replace(w, w.Batch.Roots...) // folders are no findings
		l.forgetEmptyBatches()         // whose files went on in this one
		l.endWalk(id)
	}
}

// takeIn makes a transfer of a finding, or gives it to the one it belongs to.
// What was found out may be no longer so: the user and the workers went on.
func (l *loop) takeIn(id uploader.BatchID, f scan.Found) {
	again := l.batches[id].Options.Again
	switch t := l.settled(f.Match.Continues); {
	case t == nil || t.Batch == id || t.Intent.GivenUp() || t.Phase == uploader.PhaseCancelled:
	case t.Phase != uploader.PhaseDone:
		l.feed(t.ID, lifecycle.AddedAgain{File: f.File, Fingerprint: f.Fingerprint, Batch: id, Again: again})
		return
	case again: // it was not across yet when the file was found
		f.Match = scan.Match{Joins: t.ID}
	default:
		f.Match = scan.Match{Uploaded: t.ID}
	}
	if t := l.settled(f.Match.Joins); t != nil && t.Phase == uploader.PhaseDone && !t.Intent.GivenUp() {
		l.feed(t.ID, lifecycle.MovedToBatch{Batch: id})
		return
	}
	l.newTransfer(id, f)
}

// replace takes off the list what failed before it began, at paths that were looked
// at again.
func (l *loop) replace(w *scan.Scanner, paths ...string) {
	for _, path := range paths {
		if t := l.settled(w.Matcher.Unmade[path]); t != nil && t.FailedBeforeStart() && t.Batch != w.Batch.ID {
			l.forget([]uploader.TransferID{t.ID})
		}
	}
}

// endWalk ends the walk of a batch, come to its end or not.
func (l *loop) endWalk(id uploader.BatchID) {
	ended := l.walking != nil && l.walking.Batch.ID == id
	if ended {
		l.walking.Cancel()
		l.walking, l.blind = nil, nil
		l.after = append(l.after, l.nextWalk)
	}
	again := slices.ContainsFunc(l.walks, func(o scan.Request) bool { return o.Batch == id })
	if again && ended {
		return // more of it is to be walked
	}
	l.walks = slices.DeleteFunc(l.walks, func(o scan.Request) bool { return o.Batch == id })
	b := *l.batches[id]
	b.Expanded = true
	l.keep(b)
	delete(l.superseded, id)
	for t := range l.table.HiddenOf(id) {
		l.dropped = append(l.dropped, t.ID)
	}
}

func (l *loop) newTransfer(batch uploader.BatchID, f scan.Found) {
	now := time.Now().Round(0)
	t := &uploader.Transfer{
		ID:          l.nextID,
		Batch:       batch,
		Server:      l.batches[batch].Server,
		Source:      f.File.Compact(),
		Fingerprint: f.Fingerprint,
		Rank:        l.nextRank,
		Intent:      l.batches[batch].Intent,
		Added:       uploader.MomentOf(now),
	}
	l.nextID++
	l.nextRank++
	if prior, asks := l.question(f.Match); f.Err == nil && asks != nil {
		f.Err, t.Prior = asks, prior
	}
	if f.Err != nil {
		t.Phase, t.Fault, t.Finished = uploader.PhaseFailed, fault.Of(f.Err), uploader.MomentOf(now)
	}
	if f.Growth == uploader.GrowthNone { // who writes the others says when they are whole
		l.settle(t, now)
	}
	l.put(&uploader.Transfer{}, t, now)
	if t.Phase == uploader.PhaseQueued && t.Intent == uploader.IntentRun {
		l.queue.Push(itemOf(t))
		l.enqueued = true
	}
}

// question is what the user is to be asked about an earlier upload; nil when it is
// not there any more.
func (l *loop) question(a scan.Match) (prior uploader.TransferID, asks error) {
	if t := l.settled(a.Possible); t != nil && t.Continuable() {
		return t.ID, fault.Newf(fault.Several, fault.Load, "perhaps that of transfer %d", t.ID)
	}
	if t := l.settled(a.Uploaded); t != nil && t.Phase == uploader.PhaseDone && !t.Intent.GivenUp() {
		return t.ID, fault.Newf(fault.Uploaded, fault.Load, "uploaded on %s", t.Finished.Time().Format(time.RFC3339))
	}
	return 0, nil
}

// proceed has the earlier uploads that are asked about go on with the files of
// those that ask. Where the earlier one is not there any more, the file is sent as
// a new one: that is all there is left to do.
func (l *loop) proceed(target uploader.Target) { l.sweep(target, l.proceedWith) }

func (l *loop) proceedWith(ids []uploader.TransferID) {
	var answered []uploader.TransferID
	for _, id := range ids {
		asking := l.table.Get(id)
		if asking.Phase != uploader.PhaseFailed || asking.Fault.Kind != fault.Several {
			continue
		}
		prior := l.settled(asking.Prior)
		if prior == nil || !prior.Continuable() {
			l.feed(id, lifecycle.RetriedByUser{})
			continue
		}
		l.feed(prior.ID, lifecycle.AddedAgain{File: asking.Source, Fingerprint: asking.Fingerprint, Batch: asking.Batch})
		answered = append(answered, id)
	}
	if len(answered) > 0 {
		l.forget(answered)
	}
}

// LookupFailed says why a walk does not go on; nil when it does.
func (l *loop) cannotRecall(w *scan.Scanner, err error) {
	if l.walking != w || fault.Stopped(err) {
		return
	}
	if err != nil && l.blind == nil {
		l.log.Error("earlier uploads cannot be looked up", "err", err)
	}
	l.blind, l.stale = fault.Of(err), true
}
