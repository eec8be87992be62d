package scan

import (
	"context"
	"path/filepath"
	"time"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/source"
)

const (
	// Found files come to the loop in portions: large enough for one commit to be
	// worth it, soon enough that the first rows are seen at once.
	portionMost  = 256
	portionEvery = 100 * time.Millisecond

	// lookupRetry is how long a failed look-up of earlier uploads waits for the next try.
	lookupRetry = time.Second
)

// Found is one file of a batch, or why it cannot be taken.
type Found struct {
	File        source.File
	Fingerprint string
	Match       Match
	Growth      uploader.Growth
	Err         error
}

// Reporter is where a scan reports to. Its functions may be called from the scan's
// goroutine, and do not block for longer than the caller of the scan takes to
// receive.
type Reporter struct {
	// Deliver delivers the files of a portion; last says that it is the scan's last.
	// saved is called once the transfers made of it are saved.
	Deliver func(portion []Found, last bool, saved func())

	// LookupFailed reports why earlier uploads cannot be looked up, or nil once they
	// can again.
	LookupFailed func(error)

	Closed <-chan struct{} // Closed when nothing is received any more
}

// Scanner expands one batch on its own goroutine.
type Scanner struct {
	Request     Request
	Store       uploader.Store
	Disk        source.Disk
	Growth      func(path string) uploader.Growth // nil: no file is known to be growing
	Reporter    Reporter
	Batch       uploader.Batch
	Cancel      context.CancelFunc
	Fingerprint func(context.Context, source.File) (string, error)
	Known       map[string]bool // paths the batch has transfers for
	Matcher     *Matcher
	Options     source.Options

	portion []Found
	began   time.Time     // of the portion
	saved   chan struct{} // Closed when the portion before is saved; nil before there is one
}

func (w *Scanner) Run(ctx context.Context) error {
	w.began = time.Now()
	for file, err := range w.Disk.Expand(ctx, w.Batch.Roots, w.Options) {
		if ctx.Err() != nil {
			return nil // the batch stays unexpanded and is walked again at the next start
		}
		if w.Known[file.Path] || !w.Request.Includes(file.Path) {
			continue
		}
		f := Found{File: file, Growth: w.growth(file.Path), Err: err}
		if f.Growth == uploader.Growing {
			f.File.Size = uploader.SizeUnknown // and by a file of no size none is found again
		} else if err == nil {
			f.Fingerprint, f.Err = w.Fingerprint(ctx, file)
		}
		w.portion = append(w.portion, f)
		if len(w.portion) >= portionMost || time.Since(w.began) >= portionEvery {
			w.deliver(ctx, false)
		}
	}
	if ctx.Err() == nil {
		w.deliver(ctx, true)
	}
	return nil
}

func (w *Scanner) growth(path string) uploader.Growth {
	if w.Growth == nil {
		return uploader.GrowthNone
	}
	return w.Growth(path)
}

// Includes reports whether a path is to be walked: it, or a folder that it is in.
func (o Request) Includes(path string) bool {
	if o.Only == nil {
		return true
	}
	for at := path; ; at = filepath.Dir(at) {
		if o.Only[at] {
			return true
		}
		if at == filepath.Dir(at) {
			return false
		}
	}
}

// deliver gives the portion to the loop once the one before is saved, so that a walk
// that is faster than the disk does not fill the memory.
func (w *Scanner) deliver(ctx context.Context, last bool) {
	if !w.awaitSaved(ctx) || !w.recall(ctx) {
		return
	}
	portion, saved := w.portion, make(chan struct{})
	w.portion, w.saved, w.began = nil, saved, time.Now()
	w.Reporter.Deliver(portion, last, func() { close(saved) })
}

// Abort ends a scan that failed: what was found and not delivered is dropped.
func (w *Scanner) Abort(ctx context.Context) {
	w.portion = nil
	w.deliver(ctx, true)
}

func (w *Scanner) awaitSaved(ctx context.Context) bool {
	if w.saved == nil {
		return true
	}
	select {
	case <-w.saved:
		return true
	case <-ctx.Done():
		return false
	case <-w.Reporter.Closed:
		return false
	}
}

// LoadProof looks for earlier uploads of the portion's files, for as long as the
// Store takes to answer: without the answer files would be sent twice.
func (w *Scanner) recall(ctx context.Context) bool {
	prints := make([]string, 0, len(w.portion))
	for _, f := range w.portion {
		if f.Err == nil {
			prints = append(prints, f.Fingerprint)
		}
	}
	if len(prints) == 0 {
		return true
	}
	for blind := false; ; blind = true {
		previous, err := w.Store.FindPrevious(ctx, prints)
		if err == nil {
			err = w.match(ctx, previous)
		}
		if blind || err != nil {
			w.Reporter.LookupFailed(err)
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

// match finds out for each file of the portion which earlier upload it belongs to.
func (w *Scanner) match(ctx context.Context, previous map[string][]uploader.Transfer) error {
	for i := range w.portion {
		f := &w.portion[i]
		if f.Err != nil || f.File.Size == uploader.SizeUnknown {
			continue
		}
		var err error
		if f.Match, err = w.Matcher.of(ctx, f.File, previous[f.Fingerprint]); err != nil {
			return err
		}
	}
	return nil
}

// Request is a batch that is to be walked: all of it, or what lies at and below
// some paths.
type Request struct {
	Batch uploader.BatchID
	Only  map[string]bool // nil: everything
}
