package uploader

import (
	"context"
	"slices"
	"time"

	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/source"
)

// add keeps a batch and has it walked. Saying it again changes nothing.
func (l *loop) add(c Add) error {
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
	l.keep(Batch{ID: c.Batch, Server: c.Server, Roots: slices.Clone(c.Paths), Added: time.Now().Round(0), Rank: l.nextPlace, Options: c.Options})
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
func (l *loop) supersede(c Add) map[BatchID]bool {
	superseded := map[BatchID]bool{}
	paths := make(map[string]bool, len(c.Paths)) // hundreds of thousands may be dropped at once
	for _, path := range c.Paths {
		paths[path] = true
	}
	said := func(root string) bool { return paths[root] }
	for id, b := range l.batches {
		switch {
		case b.Server != c.Server, !slices.ContainsFunc(b.Roots, said):
		case b.Expanded, l.toBeWalked(id):
			if !c.Options.Again && (!b.Expanded || l.table.batchTotals(id).underWay()) {
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
func (l *loop) toBeWalked(id BatchID) bool {
	return l.walking != nil && l.walking.batch.ID == id ||
		slices.ContainsFunc(l.walks, func(o walkOrder) bool { return o.batch == id })
}

// keep puts a new value of a batch into the state and into the next commit.
func (l *loop) keep(b Batch) {
	l.batches[b.ID] = &b
	l.rank(&b)
	l.pending.Batches = append(l.pending.Batches, b)
	l.stale = true
}

// walk has a batch expanded, one batch at a time: each sees what the ones before
// it added, so that a file added twice is found the second time.
func (l *loop) walk(id BatchID) {
	whole := func(o walkOrder) bool { return o.batch == id && o.only == nil }
	if slices.ContainsFunc(l.walks, whole) || l.walking != nil && whole(l.walking.order) {
		return
	}
	l.order(walkOrder{batch: id})
}

// walkAgain expands some paths of a batch once more. A walk that is under way may
// be past them already, so that this one comes after it.
func (l *loop) walkAgain(id BatchID, path string) {
	b := *l.batches[id]
	b.Expanded = false
	l.keep(b)
	for i := range l.walks {
		if o := &l.walks[i]; o.batch == id && o.only != nil {
			o.only[path] = true
			return
		}
	}
	l.order(walkOrder{batch: id, only: map[string]bool{path: true}})
}

func (l *loop) order(o walkOrder) {
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
	b := *l.batches[o.batch]
	ctx, cancel := context.WithCancel(work)
	w := &walker{
		order:       o,
		store:       l.store,
		disk:        l.engine.config.Disk,
		grows:       l.engine.config.Growth,
		batch:       b,
		cancel:      cancel,
		fingerprint: l.fingerprint(l.servers[b.Server]),
		known:       l.pathsOf(b.ID),
		options:     source.Options{Ignore: l.settings.Ignore, Hidden: l.settings.Hidden, FollowFolders: l.settings.Links},
		matcher:     l.matcher(b),
	}
	w.reporter = reporter{
		found: func(portion []finding, last bool, saved func()) {
			l.send(func() {
				l.found(w, portion, last)
				l.after = append(l.after, func(context.Context) { saved() })
			})
		},
		cannotRecall: func(err error) { l.send(func() { l.cannotRecall(w, err) }) },
		closed:       l.gone,
	}
	l.walking = w
	l.tasks.Go(func() {
		defer cancel()
		if err := guard(func() error { return w.run(ctx) }); err != nil {
			l.log.Error("a folder could not be walked to its end", "batch", w.batch.ID, "err", err)
			w.abort(ctx)
		}
	})
}

// matcher is what the loop knows of earlier uploads that files of a batch may
// belong to.
func (l *loop) matcher(b Batch) *matcher {
	m := &matcher{
		batch: b, superseded: l.superseded[b.ID], begun: map[int64][]*Transfer{}, gone: map[TransferID]bool{},
		unmade: map[string]TransferID{}, store: l.store, disk: l.engine.config.Disk,
	}
	for t := range l.table.neverBegun() {
		if t.Server == b.Server && t.Batch != b.ID {
			m.unmade[t.Source.Path] = t.ID
		}
	}
	for t := range l.table.resumable() {
		if t.Server == b.Server && t.Batch != b.ID {
			m.begun[t.Source.Size] = append(m.begun[t.Source.Size], t)
		}
	}
	return m
}

// pathsOf is what a batch has transfers for.
func (l *loop) pathsOf(id BatchID) map[string]bool {
	known := make(map[string]bool, l.table.count(id))
	if l.table.count(id) == 0 {
		return known
	}
	for t := range l.table.all() {
		if t.Batch == id {
			known[t.Source.Path] = true
		}
	}
	return known
}

// found takes a portion of a batch's files into the state.
func (l *loop) found(w *walker, findings []finding, last bool) {
	if l.walking != w {
		return // called off
	}
	id := w.batch.ID
	l.urgent = l.urgent || l.table.count(id) == 0 // the user just dropped it
	for _, f := range findings {
		l.takeIn(id, f)
		l.replace(w, f.file.Path)
	}
	if last {
		l.urgent = true
		l.replace(w, w.batch.Roots...) // folders are no findings
		l.forgetEmptyBatches()         // whose files went on in this one
		l.endWalk(id)
	}
}

// takeIn makes a transfer of a finding, or gives it to the one it belongs to.
// What was found out may be no longer so: the user and the workers went on.
func (l *loop) takeIn(id BatchID, f finding) {
	again := l.batches[id].Options.Again
	switch t := l.settled(f.answer.continues); {
	case t == nil || t.Batch == id || t.Intent.GivenUp() || t.Phase == PhaseCancelled:
	case t.Phase != PhaseDone:
		l.feed(t.ID, adopted{f.file, f.fingerprint, id, again})
		return
	case again: // it was not across yet when the file was found
		f.answer = answer{joins: t.ID}
	default:
		f.answer = answer{uploaded: t.ID}
	}
	if t := l.settled(f.answer.joins); t != nil && t.Phase == PhaseDone && !t.Intent.GivenUp() {
		l.feed(t.ID, joined{id})
		return
	}
	l.newTransfer(id, f)
}

// replace takes off the list what failed before it began, at paths that were looked
// at again.
func (l *loop) replace(w *walker, paths ...string) {
	for _, path := range paths {
		if t := l.settled(w.matcher.unmade[path]); t != nil && t.FailedBeforeStart() && t.Batch != w.batch.ID {
			l.forget([]TransferID{t.ID})
		}
	}
}

// endWalk ends the walk of a batch, come to its end or not.
func (l *loop) endWalk(id BatchID) {
	ended := l.walking != nil && l.walking.batch.ID == id
	if ended {
		l.walking.cancel()
		l.walking, l.blind = nil, nil
		l.after = append(l.after, l.nextWalk)
	}
	again := slices.ContainsFunc(l.walks, func(o walkOrder) bool { return o.batch == id })
	if again && ended {
		return // more of it is to be walked
	}
	l.walks = slices.DeleteFunc(l.walks, func(o walkOrder) bool { return o.batch == id })
	b := *l.batches[id]
	b.Expanded = true
	l.keep(b)
	delete(l.superseded, id)
	for t := range l.table.hiddenOf(id) {
		l.dropped = append(l.dropped, t.ID)
	}
}

func (l *loop) newTransfer(batch BatchID, f finding) {
	now := time.Now().Round(0)
	t := &Transfer{
		ID:          l.nextID,
		Batch:       batch,
		Server:      l.batches[batch].Server,
		Source:      f.file.Compact(),
		Fingerprint: f.fingerprint,
		Rank:        l.nextRank,
		Intent:      l.batches[batch].Intent,
		Added:       MomentOf(now),
	}
	l.nextID++
	l.nextRank++
	if prior, asks := l.question(f.answer); f.err == nil && asks != nil {
		f.err, t.Prior = asks, prior
	}
	if f.err != nil {
		t.Phase, t.Fault, t.Finished = PhaseFailed, fault.Of(f.err), MomentOf(now)
	}
	if f.growth == GrowthNone { // who writes the others says when they are whole
		l.settle(t, now)
	}
	l.put(&Transfer{}, t, now)
	if t.Phase == PhaseQueued && t.Intent == IntentRun {
		l.queue.Push(itemOf(t))
		l.enqueued = true
	}
}

// question is what the user is to be asked about an earlier upload; nil when it is
// not there any more.
func (l *loop) question(a answer) (prior TransferID, asks error) {
	if t := l.settled(a.several); t != nil && t.Continuable() {
		return t.ID, fault.Newf(fault.Several, fault.Load, "perhaps that of transfer %d", t.ID)
	}
	if t := l.settled(a.uploaded); t != nil && t.Phase == PhaseDone && !t.Intent.GivenUp() {
		return t.ID, fault.Newf(fault.Uploaded, fault.Load, "uploaded on %s", t.Finished.Time().Format(time.RFC3339))
	}
	return 0, nil
}

// proceed has the earlier uploads that are asked about go on with the files of
// those that ask. Where the earlier one is not there any more, the file is sent as
// a new one: that is all there is left to do.
func (l *loop) proceed(target Target) { l.sweep(target, l.proceedWith) }

func (l *loop) proceedWith(ids []TransferID) {
	var answered []TransferID
	for _, id := range ids {
		asking := l.table.get(id)
		if asking.Phase != PhaseFailed || asking.Fault.Kind != fault.Several {
			continue
		}
		prior := l.settled(asking.Prior)
		if prior == nil || !prior.Continuable() {
			l.feed(id, retriedByUser{})
			continue
		}
		l.feed(prior.ID, adopted{file: asking.Source, fingerprint: asking.Fingerprint, batch: asking.Batch})
		answered = append(answered, id)
	}
	if len(answered) > 0 {
		l.forget(answered)
	}
}

// cannotRecall says why a walk does not go on; nil when it does.
func (l *loop) cannotRecall(w *walker, err error) {
	if l.walking != w || fault.Stopped(err) {
		return
	}
	if err != nil && l.blind == nil {
		l.log.Error("earlier uploads cannot be looked up", "err", err)
	}
	l.blind, l.stale = fault.Of(err), true
}
