// Package scan expands what the user added into files and finds the earlier uploads
// of these files.
//
// A [Scanner] lists the files of one batch on its own goroutine, computes their
// fingerprints, has a [Matcher] find earlier uploads, and delivers the files to a
// [Reporter] in portions. The next portion is delivered once the transfers of the one
// before are saved, so that memory does not grow with the number of files.
//
// A file or folder that cannot be read at the moment is tried again with growing waits,
// after everything else. One that cannot be read is delivered with its error and the scan
// continues. Links in folders that are not followed, pipes, sockets and devices are counted
// in Skipped. A scan that is cancelled delivers nothing more and starts over at the next
// start of the program. While what was sent of an earlier upload cannot be read from the
// store, the scan waits, because the file would be uploaded twice.
package scan

import (
	"cmp"
	"context"
	"errors"
	"path/filepath"
	"slices"
	"time"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/netx"
	"github.com/ferryapp/ferry/uploader/retry"
	"github.com/ferryapp/ferry/uploader/source"
)

const (
	// A portion is delivered when it has maxPortion files or is maxPortionAge old:
	// large enough for one commit each, early enough to show the first files at once.
	maxPortion    = 1024
	maxPortionAge = 100 * time.Millisecond

	// lookupRetry is the wait between two tries to look up earlier uploads.
	lookupRetry = time.Second
)

// Request is a batch to scan: all of it, or what is at and below some paths.
type Request struct {
	Batch uploader.BatchID
	Only  map[string]bool // nil: everything
}

// includes reports whether a path is to be scanned: whether it or a folder that it is
// in is requested.
func (r Request) includes(path string) bool {
	if r.Only == nil {
		return true
	}
	for at := path; ; at = filepath.Dir(at) {
		if r.Only[at] {
			return true
		}
		if at == filepath.Dir(at) {
			return false
		}
	}
}

// Found is one file of a batch.
type Found struct {
	File        source.File
	Fingerprint string
	Match       Match
	Growth      uploader.FileGrowth
	Err         error // why the file cannot be uploaded; nil otherwise
}

// Reporter receives what a scan finds. Its functions are called on the scan's
// goroutine.
type Reporter struct {
	// Deliver delivers the files of a portion; last is set for the last one of the
	// scan. saved is to be called once the transfers made of the files are saved.
	Deliver func(portion []Found, last bool, saved func())

	// LookupFailed reports an error of looking up earlier uploads, or nil once that
	// succeeds again.
	LookupFailed func(error)

	// Waits reports why the scan waits before it tries files and folders again, or nil
	// once it does not wait any more.
	Waits func(*fault.Fault)

	Closed <-chan struct{} // closed when portions are no longer received
}

// Scanner scans one batch. It belongs to the goroutine that calls Run.
type Scanner struct {
	Request     Request
	Earlier     *Earlier // the transfers when the scan began
	Disk        source.Disk
	Growth      func(path string) uploader.FileGrowth // nil: no file is being written by a known program
	Reporter    Reporter
	Batch       uploader.Batch
	Cancel      context.CancelFunc
	Fingerprint func(context.Context, source.File) (string, error)
	KnownPaths  map[string]bool // paths that have a transfer already
	Matcher     *Matcher
	Options     source.ScanOptions
	Listing     *uploader.Listing // what the disk yielded a moment ago, which is delivered first; nil if that is not known

	Skipped uploader.Skipped // complete when the last portion is delivered

	portion []Found
	began   time.Time     // of the portion
	saved   chan struct{} // closed when the portion before is saved; nil before the first
}

// Run scans the batch. It returns nil; when ctx ends, the batch is scanned again at
// the next start of the program.
func (s *Scanner) Run(ctx context.Context) error {
	s.began = time.Now()
	options := s.Options
	options.Retry, options.Waits = retryUnread, func(f *fault.Fault) {
		s.waits(ctx, f)
	}
	listed := map[string]bool{} // paths
	if s.Listing != nil {
		for file, err := range s.Listing.All() {
			listed[file.Path] = true
			s.add(ctx, file, err)
		}
		s.deliver(ctx, false) // they do not wait for the disk
	}
	for file, err := range s.Disk.Scan(ctx, s.Batch.Roots, options) {
		if ctx.Err() != nil {
			return nil
		}
		if !listed[file.Path] {
			s.add(ctx, file, err)
		}
	}
	if ctx.Err() == nil {
		s.deliver(ctx, true)
	}
	return nil
}

// add adds what was found to the portion, unless ctx has ended or it is not to be uploaded.
func (s *Scanner) add(ctx context.Context, file source.File, err error) {
	if ctx.Err() != nil {
		return
	}
	if skipped, ok := errors.AsType[*source.Skipped](err); ok {
		s.skip(file, skipped.Reason)
		return
	}
	if s.KnownPaths[file.Path] || !s.Request.includes(file.Path) {
		return
	}
	f := Found{File: file, Growth: s.growth(file.Path), Err: err}
	if f.Growth == uploader.GrowthActive {
		f.File.Size = uploader.SizeUnknown // such a file matches no earlier upload
	} else if err == nil {
		f.Fingerprint, f.Err = s.fingerprint(ctx, file)
	}
	s.portion = append(s.portion, f)
	if len(s.portion) >= maxPortion || time.Since(s.began) >= maxPortionAge {
		s.deliver(ctx, false)
	}
}

// skip counts an entry that is not uploaded, also outside of Request.
func (s *Scanner) skip(file source.File, reason source.SkipReason) {
	entries := &s.Skipped.Links
	if reason == source.SkippedSpecial {
		entries = &s.Skipped.Special
	}
	entries.Add(file.RelPath)
}

// fingerprint computes the fingerprint of a file. If the file cannot be read at the moment,
// it waits: without a fingerprint no earlier upload of the file is found.
func (s *Scanner) fingerprint(ctx context.Context, file source.File) (string, error) {
	for attempt := 0; ; attempt++ {
		fingerprint, err := s.Fingerprint(ctx, file)
		wait, again := time.Duration(0), false
		if err != nil && !fault.IsCanceled(err) {
			wait, again = retryUnread(fault.Of(err), attempt)
		}
		if again {
			s.waits(ctx, fault.Of(err))
			again = netx.Sleep(ctx, wait) == nil
		}
		if !again {
			if attempt > 0 {
				s.waits(ctx, nil)
			}
			return fingerprint, err
		}
	}
}

const (
	// maxUnreadWait is the longest wait before files and folders that cannot be read are
	// tried again, and maxInUse how often those are that another program uses.
	maxUnreadWait = 30 * time.Second
	maxInUse      = 3
)

// retryUnread decides whether a file or folder that cannot be read is tried again, like
// [retry.Decide] for an upload that has begun. A scan does not wait until another program
// does not use a file any more.
func retryUnread(f *fault.Fault, attempt int) (wait time.Duration, again bool) {
	if f.FileInUse() && attempt >= maxInUse {
		return 0, false
	}
	decision := retry.Decide(f, attempt, 1)
	return min(decision.Delay, maxUnreadWait), decision.Retry
}

// waits delivers what was found and reports why the scan waits; nil once it does not.
func (s *Scanner) waits(ctx context.Context, f *fault.Fault) {
	if f != nil && len(s.portion) > 0 {
		s.deliver(ctx, false)
	}
	s.Reporter.Waits(f)
}

// Abort ends a scan whose Run panicked. Files that were not delivered are dropped.
func (s *Scanner) Abort(ctx context.Context) {
	s.portion = nil
	s.deliver(ctx, true)
}

func (s *Scanner) growth(path string) uploader.FileGrowth {
	if s.Growth == nil {
		return uploader.GrowthNone
	}
	return s.Growth(path)
}

// deliver matches and delivers the portion once the one before is saved. It does
// nothing if ctx ends or the reporter closes first.
func (s *Scanner) deliver(ctx context.Context, last bool) {
	if !s.awaitSaved(ctx) || !s.lookUp(ctx) {
		return
	}
	portion, saved := s.portion, make(chan struct{})
	s.portion, s.saved, s.began = nil, saved, time.Now()
	s.Reporter.Deliver(portion, last, func() { close(saved) })
}

func (s *Scanner) awaitSaved(ctx context.Context) bool {
	if s.saved == nil {
		return true
	}
	select {
	case <-s.saved:
		return true
	case <-ctx.Done():
		return false
	case <-s.Reporter.Closed:
		return false
	}
}

// lookUp looks up and matches the earlier uploads of the portion's files. It retries
// until the store answers, and reports false if ctx ends first.
func (s *Scanner) lookUp(ctx context.Context) bool {
	fingerprints := make([]string, 0, len(s.portion))
	for _, f := range s.portion {
		if f.Err == nil {
			fingerprints = append(fingerprints, f.Fingerprint)
		}
	}
	if len(fingerprints) == 0 {
		return true
	}
	for failed := false; ; failed = true {
		removed, err := s.Matcher.Store.FindPreviousInHistory(ctx, fingerprints)
		if err == nil {
			err = s.match(ctx, removed)
		}
		if ctx.Err() != nil {
			return false
		}
		if failed || err != nil {
			s.Reporter.LookupFailed(err)
		}
		if err == nil {
			return true
		}
		select {
		case <-ctx.Done():
			return false
		case <-time.After(lookupRetry):
		}
	}
}

// match sets the Match of each file of the portion. Removed are the entries of the history
// that have the fingerprints of its files.
func (s *Scanner) match(ctx context.Context, removed map[string][]uploader.Transfer) error {
	for i := range s.portion {
		f := &s.portion[i]
		if f.Err != nil || f.File.Size == uploader.SizeUnknown {
			continue
		}
		var err error
		if f.Match, err = s.Matcher.match(ctx, f.File, withRemoved(s.Earlier.Find(f.Fingerprint), removed[f.Fingerprint])); err != nil {
			return err
		}
	}
	return nil
}

// withRemoved adds entries of the history to transfers, by ID. One that was removed since the
// scan began may be in both: the entry is newer.
func withRemoved(transfers []*uploader.Transfer, removed []uploader.Transfer) []*uploader.Transfer {
	for i := range removed {
		transfers = slices.DeleteFunc(transfers, func(t *uploader.Transfer) bool { return t.ID == removed[i].ID })
		transfers = append(transfers, &removed[i])
	}
	slices.SortFunc(transfers, func(a, b *uploader.Transfer) int { return cmp.Compare(a.ID, b.ID) })
	return transfers
}
