package engine

import (
	"context"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/admission"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/lifecycle"
	"github.com/ferryapp/ferry/uploader/scan"
	"github.com/ferryapp/ferry/uploader/source"
	"github.com/ferryapp/ferry/uploader/worker"
)

// scans expands batches into transfers, one batch at a time: each sees what the ones
// before it added, so that a file that is added twice is recognized.
type scans struct {
	state     *state
	config    *Config
	servers   *servers
	admission *admission.Control
	drives    *drives
	log       *slog.Logger
	tasks     *sync.WaitGroup
	send      func(func()) // runs a function on the loop's goroutine
	closed    <-chan struct{}

	requests   []scanRequest
	running    *scan.Scanner // nil for none
	request    scanRequest   // of the running scan
	calls      *source.Calls // of the running scan
	blocked    *fault.Fault  // why the drive of the running scan does not respond; nil while it does
	waiting    scanWait      // why the running scan waits before it tries again
	postponed  map[uploader.BatchID]*postponedScan
	listings   map[uploader.BatchID]*uploader.Listing // of batches whose scan has not started yet
	neverBegun map[string]uploader.TransferID         // for the running scan: transfers that failed before an upload was created, by path
	fault      *fault.Fault                           // why the running scan does not continue; nil while it does
}

// scanRequest is a batch to scan: all of it, or what is at and below some paths.
type scanRequest struct {
	batch     uploader.BatchID
	postponed *fault.Fault // why its scan was postponed; nil if it has not begun
	scan.Request
}

func (r scanRequest) isWhole() bool { return r.Only == nil }

// add creates a batch and scans it. Adding it again changes nothing.
func (s *scans) add(c uploader.Add) error {
	if c.Batch <= 0 {
		return fault.Newf(fault.Refused, fault.Save, "%d is not a batch ID", c.Batch)
	}
	if _, known := s.state.batches[c.Batch]; known {
		return nil
	}
	if _, known := s.servers.byID[c.Server]; !known {
		return fault.Newf(fault.Refused, fault.Save, "no server %d", c.Server)
	}
	c.Options.FollowLinks = c.Options.FollowLinks || s.admission.Settings().FollowLinks
	s.state.keepBatch(uploader.Batch{
		ID: c.Batch, Server: c.Server, Roots: slices.Clone(c.Paths), Added: time.Now().Round(0),
		Rank: s.state.nextBatchRank, Options: c.Options, Supersedes: s.supersede(c),
	})
	if c.Options.UploadAgain {
		s.state.finishedSince[c.Batch] = map[uploader.TransferID]bool{}
	}
	if c.Listing != nil {
		s.listings[c.Batch] = c.Listing
	}
	s.scan(c.Batch)
	return nil
}

// supersede returns the batches that the added one supersedes: unfinished ones with
// some of its files. It removes the added paths from those that an earlier run did not
// scan to the end; otherwise they would be scanned twice.
func (s *scans) supersede(c uploader.Add) []uploader.BatchID {
	superseded := map[uploader.BatchID]bool{}
	added := scan.NewPathSet(c.Paths)
	for id, b := range s.state.batches {
		if b.Server != c.Server || !slices.ContainsFunc(b.Roots, added.Overlaps) {
			continue
		}
		interrupted := !b.Scanned && !s.isRequested(id)
		if !b.Scanned || s.state.table.BatchTotals(id).Unfinished() {
			superseded[id] = true
			for _, earlier := range b.Supersedes {
				superseded[earlier] = s.state.batches[earlier] != nil
			}
		}
		if interrupted && slices.ContainsFunc(b.Roots, added.Contains) {
			rest := *b
			rest.Roots = slices.DeleteFunc(slices.Clone(b.Roots), added.Contains)
			rest.Scanned = len(rest.Roots) == 0
			s.state.keepBatch(rest)
		}
	}
	maps.DeleteFunc(superseded, func(_ uploader.BatchID, known bool) bool { return !known })
	return slices.Sorted(maps.Keys(superseded))
}

// isRequested reports whether a batch is scanned in this run.
func (s *scans) isRequested(id uploader.BatchID) bool {
	return s.running != nil && s.running.Batch.ID == id || s.postponed[id] != nil || slices.ContainsFunc(s.requests, of(id))
}

func of(id uploader.BatchID) func(scanRequest) bool {
	return func(r scanRequest) bool { return r.batch == id }
}

// scan scans a batch.
func (s *scans) scan(id uploader.BatchID) {
	whole := func(r scanRequest) bool { return r.batch == id && r.isWhole() }
	if p := s.postponed[id]; p != nil && p.request.isWhole() {
		return
	}
	if slices.ContainsFunc(s.requests, whole) || s.running != nil && s.running.Batch.ID == id && s.running.Request.Only == nil {
		return
	}
	s.enqueue(scanRequest{batch: id})
}

// scanPath scans a path of a batch again. A running scan may be past it, so this one
// comes after it.
func (s *scans) scanPath(id uploader.BatchID, path string) {
	b := *s.state.batches[id]
	b.Scanned = false
	s.state.keepBatch(b)
	for i := range s.requests {
		if r := &s.requests[i]; r.batch == id && !r.isWhole() {
			r.Only[path] = true
			return
		}
	}
	s.enqueue(scanRequest{batch: id, Request: scan.Request{Only: map[string]bool{path: true}}})
}

func (s *scans) enqueue(r scanRequest) {
	s.requests = append(s.requests, r)
	s.state.afterCommit = append(s.state.afterCommit, s.startNext)
}

// rescan scans a batch again whose scan is over.
func (s *scans) rescan(id uploader.BatchID) {
	known := s.state.batches[id]
	if known == nil || !known.Scanned {
		return
	}
	b := *known
	b.Scanned = false
	s.state.keepBatch(b)
	s.scan(id)
}

// cancel ends the scans of a target's batches.
func (s *scans) cancel(target uploader.Target) {
	for _, b := range s.state.orderedBatches() {
		if !b.Scanned && target.CoversBatch(b.ID) {
			s.requests = slices.DeleteFunc(s.requests, of(b.ID))
			delete(s.postponed, b.ID)
			s.end(b.ID)
		}
	}
}

// startNext starts the next scan unless one is running. The scans of a batch wait until the
// goroutine of its postponed scan has ended: there is one at a time.
func (s *scans) startNext(work context.Context) {
	next := slices.IndexFunc(s.requests, func(r scanRequest) bool { return s.postponed[r.batch] == nil })
	if s.running != nil || next < 0 {
		return
	}
	r := s.requests[next]
	s.requests = slices.Delete(s.requests, next, next+1)
	b, settings := *s.state.batches[r.batch], s.admission.Settings()
	options := source.ScanOptions{Ignore: settings.Ignore, Hidden: settings.IncludeHidden}
	listing := s.listings[b.ID]
	delete(s.listings, b.ID)
	if !r.isWhole() || !listing.Fits(b.Roots, options, b.Options.FollowLinks, time.Now()) {
		listing = nil
	}
	ctx, cancel := context.WithCancel(work)
	calls := &source.Calls{}
	disk := s.config.diskOf(&b).Record(calls)
	scanner := &scan.Scanner{
		Request:     r.Request,
		Earlier:     scan.NewEarlier(s.state.table.Snapshot()),
		Disk:        disk,
		Growth:      s.config.Growth,
		Batch:       b,
		Cancel:      cancel,
		Fingerprint: s.config.fingerprinter(disk, settings, s.servers.byID[b.Server]),
		KnownPaths:  s.knownPaths(b.ID),
		Options:     options,
		Listing:     listing,
		Matcher:     s.matcher(b, disk),
	}
	scanner.Reporter = scan.Reporter{
		Deliver: func(portion []scan.Found, last bool, saved func()) {
			s.send(func() {
				s.found(scanner, portion, last)
				s.state.afterCommit = append(s.state.afterCommit, func(context.Context) { saved() })
			})
		},
		LookupFailed: func(err error) { s.send(func() { s.lookupFailed(scanner, err) }) },
		Waits:        func(f *fault.Fault) { s.send(func() { s.waits(scanner, f) }) },
		Closed:       s.closed,
	}
	s.running, s.request, s.calls, s.neverBegun = scanner, r, calls, map[string]uploader.TransferID{}
	for t := range s.state.table.NeverBegun() {
		if t.Server == b.Server && t.Batch != b.ID {
			s.neverBegun[t.Source.Path] = t.ID
		}
	}
	s.tasks.Go(func() {
		defer cancel()
		if err := worker.CatchPanic(func() error { return scanner.Run(ctx) }); err != nil {
			s.log.Error("scan failed", "batch", b.ID, "err", err)
			scanner.Abort(ctx)
		}
		s.send(func() { s.ended(scanner) })
	})
}

// matcher returns a Matcher for the files of a batch, with the unfinished uploads to
// its server.
func (s *scans) matcher(b uploader.Batch, disk source.Disk) *scan.Matcher {
	m := &scan.Matcher{
		Batch: b, Related: s.related(b), Begun: map[int64][]*uploader.Transfer{}, Missing: map[uploader.TransferID]bool{},
		Store: s.config.Store, Disk: disk,
	}
	for t := range s.state.table.Resumable() {
		if t.Server == b.Server && t.Batch != b.ID {
			m.Begun[t.Source.Size] = append(m.Begun[t.Source.Size], t)
		}
	}
	return m
}

// related returns the batches that a batch supersedes or is superseded by: the user may
// have moved the later one before the earlier one.
func (s *scans) related(b uploader.Batch) map[uploader.BatchID]bool {
	related := map[uploader.BatchID]bool{}
	for _, id := range b.Supersedes {
		related[id] = true
	}
	for id, other := range s.state.batches {
		if slices.Contains(other.Supersedes, b.ID) {
			related[id] = true
		}
	}
	return related
}

// knownPaths returns the paths that a batch has transfers for.
func (s *scans) knownPaths(id uploader.BatchID) map[string]bool {
	known := make(map[string]bool, s.state.table.Count(id))
	if s.state.table.Count(id) == 0 {
		return known
	}
	for row := range s.state.table.Rows() {
		if row.Batch() == id {
			known[row.Transfer().Source.Path] = true
		}
	}
	return known
}

// found receives a portion of a batch's files.
func (s *scans) found(from *scan.Scanner, portion []scan.Found, last bool) {
	if s.running != from {
		return // cancelled
	}
	id := from.Batch.ID
	s.state.publishNow = s.state.publishNow || s.state.table.Count(id) == 0 // the user just added it
	for _, f := range portion {
		s.take(id, f)
		s.replaceFailed(id, f.File.Path)
	}
	if last {
		s.state.publishNow = true
		s.replaceFailed(id, from.Batch.Roots...) // folders are not among the files
		s.state.deleteEmptyBatches()             // those whose files moved to this one
		b := *s.state.batches[id]
		b.Skipped = from.Skipped
		s.state.keepBatch(b)
		s.end(id)
	}
}

// take makes a transfer of a found file, or assigns the file to the transfer that it
// belongs to. The match may be stale, since commands and workers continued: an upload
// that was unfinished when the file was found was not finished before the batch was
// added.
func (s *scans) take(id uploader.BatchID, f scan.Found) {
	if f.Match.Known != 0 {
		return
	}
	again := s.state.batches[id].Options.UploadAgain
	switch t := s.state.current(f.Match.Resumes); {
	case t == nil || t.Batch == id || t.Intent.Cancels() || t.Phase == uploader.PhaseCancelled:
	case t.Phase != uploader.PhaseDone:
		s.state.apply(t.ID, lifecycle.AddedAgain{File: f.File, Fingerprint: f.Fingerprint, Batch: id, UploadAgain: again, Exists: s.state.batches[id].Options.Exists})
		return
	default:
		f.Match = scan.Match{Moves: t.ID}
	}
	moves := f.Match.Moves
	if t := s.state.current(f.Match.Repeats); t != nil && s.state.finishedAfterAdd(t, id) {
		moves = t.ID
	}
	if t := s.state.current(moves); t != nil && t.Phase == uploader.PhaseDone && !t.Intent.Cancels() {
		s.state.apply(t.ID, lifecycle.MovedToBatch{Batch: id})
		return
	}
	if moves != 0 && moves == f.Match.Moves && s.state.table.Get(moves) == nil { // the user removed it from the list
		f.Match = scan.Match{Uploaded: moves, Finished: f.Match.Finished}
	}
	s.newTransfer(id, f)
}

// replaceFailed removes the transfers that failed before an upload was created, at
// paths that were scanned again with another batch.
func (s *scans) replaceFailed(batch uploader.BatchID, paths ...string) {
	for _, path := range paths {
		if t := s.state.current(s.neverBegun[path]); t != nil && t.FailedBeforeStart() && t.Batch != batch {
			s.state.removeFromList([]uploader.TransferID{t.ID})
		}
	}
}

// end ends the scan of a batch, whether it is complete or not.
func (s *scans) end(id uploader.BatchID) {
	wasRunning := s.running != nil && s.running.Batch.ID == id
	if wasRunning {
		s.running.Cancel()
		s.running, s.fault, s.blocked, s.waiting = nil, nil, nil, scanWait{}
		s.state.afterCommit = append(s.state.afterCommit, s.startNext)
	}
	if wasRunning && (slices.ContainsFunc(s.requests, of(id)) || s.postponed[id] != nil) {
		return // more of it is to be scanned
	}
	s.requests = slices.DeleteFunc(s.requests, of(id))
	delete(s.listings, id)
	b := *s.state.batches[id]
	b.Scanned = true
	s.state.keepBatch(b)
	delete(s.state.finishedSince, id)
	for t := range s.state.table.Hidden(id) {
		s.state.dropped = append(s.state.dropped, t.ID)
	}
}

// listed returns the numbers of files of the batches that are being scanned and whose files
// were listed before.
func (s *scans) listed() map[uploader.BatchID]int {
	listed := make(map[uploader.BatchID]int, len(s.listings))
	for id, listing := range s.listings {
		listed[id] = listing.Files()
	}
	if s.running != nil && s.running.Listing != nil {
		listed[s.running.Batch.ID] = s.running.Listing.Files()
	}
	return listed
}

func (s *scans) newTransfer(batch uploader.BatchID, f scan.Found) {
	now := time.Now().Round(0)
	t := &uploader.Transfer{
		ID:          s.state.nextID,
		Batch:       batch,
		Server:      s.state.batches[batch].Server,
		Source:      f.File.Compact(),
		Fingerprint: f.Fingerprint,
		Rank:        s.state.nextRank,
		Intent:      s.state.batches[batch].Intent,
		Exists:      s.state.batches[batch].Options.Exists,
		Added:       uploader.TimestampOf(now),
	}
	s.state.nextID++
	s.state.nextRank++
	if prior, question := s.question(f.Match); f.Err == nil && question != nil {
		f.Err, t.EarlierUpload = question, prior
	}
	if f.Err != nil {
		t.Phase, t.Fault, t.Finished = uploader.PhaseFailed, fault.Of(f.Err), uploader.TimestampOf(now)
	}
	if f.Growth == uploader.GrowthNone { // the program that writes a growing file determines when it is complete
		s.waitUntilSettled(t, now)
	}
	s.state.put(&uploader.Transfer{}, t, now)
	if t.Phase == uploader.PhaseQueued && t.Intent == uploader.IntentRun {
		s.state.enqueue(t)
	}
}

// waitUntilSettled makes a new transfer wait, without a worker, until its file has not
// changed for the settle time.
func (s *scans) waitUntilSettled(t *uploader.Transfer, now time.Time) {
	f := worker.CheckSettled(t.Source, s.state.settleTime(t, s.admission.Settings()), now)
	if f == nil || t.Phase != uploader.PhaseQueued || t.Intent != uploader.IntentRun {
		return
	}
	t.Phase, t.Fault, t.NextTry = uploader.PhaseWaiting, f, uploader.TimestampOf(now.Add(f.RetryAfter))
	s.state.alarms.Set(t.NextTry.Time(), t.ID)
}

// question returns the fault by which the user is asked about an earlier upload, or
// nil if that no longer exists.
func (s *scans) question(m scan.Match) (prior uploader.TransferID, question error) {
	if t := s.state.current(m.Possible); t != nil && t.Resumable() {
		return t.ID, fault.Newf(fault.AmbiguousMatch, fault.Load, "may be the file of transfer %d", t.ID)
	}
	if m.Uploaded == 0 {
		return 0, nil
	}
	// One that is not in the list is in the history.
	if t := s.state.current(m.Uploaded); t != nil && (t.Phase != uploader.PhaseDone || t.Intent.Cancels()) {
		return 0, nil
	}
	return m.Uploaded, fault.Newf(fault.AlreadyUploaded, fault.Load, "uploaded on %s", m.Finished.Time().Format(time.RFC3339))
}

// lookupFailed records why a scan does not continue; nil if it does again.
func (s *scans) lookupFailed(from *scan.Scanner, err error) {
	if s.running != from || fault.IsCanceled(err) {
		return
	}
	if err != nil && s.fault == nil {
		s.log.Error("look up earlier uploads failed", "err", err)
	}
	s.fault, s.state.unpublished = fault.Of(err), true
}
