package uploader

import (
	"context"
	"path/filepath"
	"time"

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

// finding is one file of a batch, or why it cannot be taken.
type finding struct {
	file        source.File
	fingerprint string
	answer      answer
	growth      Growth
	err         error
}

// reporter is where a scan reports to. Its functions may be called from the scan's
// goroutine, and do not block for longer than the caller of the scan takes to
// receive.
type reporter struct {
	// found delivers the files of a portion; last says that it is the scan's last.
	// saved is called once the transfers made of it are saved.
	found func(portion []finding, last bool, saved func())

	// cannotRecall reports why earlier uploads cannot be looked up, or nil once they
	// can again.
	cannotRecall func(error)

	closed <-chan struct{} // closed when nothing is received any more
}

// walker expands one batch on its own goroutine.
type walker struct {
	order       walkOrder
	store       Store
	disk        source.Disk
	grows       func(path string) Growth // nil: no file is known to be growing
	reporter    reporter
	batch       Batch
	cancel      context.CancelFunc
	fingerprint func(context.Context, source.File) (string, error)
	known       map[string]bool // paths the batch has transfers for
	matcher     *matcher
	options     source.Options

	portion []finding
	began   time.Time     // of the portion
	saved   chan struct{} // closed when the portion before is saved; nil before there is one
}

func (w *walker) run(ctx context.Context) error {
	w.began = time.Now()
	for file, err := range w.disk.Expand(ctx, w.batch.Roots, w.options) {
		if ctx.Err() != nil {
			return nil // the batch stays unexpanded and is walked again at the next start
		}
		if w.known[file.Path] || !w.order.means(file.Path) {
			continue
		}
		f := finding{file: file, growth: w.growth(file.Path), err: err}
		if f.growth == Growing {
			f.file.Size = SizeUnknown // and by a file of no size none is found again
		} else if err == nil {
			f.fingerprint, f.err = w.fingerprint(ctx, file)
		}
		w.portion = append(w.portion, f)
		if len(w.portion) >= portionMost || time.Since(w.began) >= portionEvery {
			w.hand(ctx, false)
		}
	}
	if ctx.Err() == nil {
		w.hand(ctx, true)
	}
	return nil
}

func (w *walker) growth(path string) Growth {
	if w.grows == nil {
		return GrowthNone
	}
	return w.grows(path)
}

// means reports whether a path is to be walked: it, or a folder that it is in.
func (o walkOrder) means(path string) bool {
	if o.only == nil {
		return true
	}
	for at := path; ; at = filepath.Dir(at) {
		if o.only[at] {
			return true
		}
		if at == filepath.Dir(at) {
			return false
		}
	}
}

// hand gives the portion to the loop once the one before is saved, so that a walk
// that is faster than the disk does not fill the memory.
func (w *walker) hand(ctx context.Context, last bool) {
	if !w.awaitSaved(ctx) || !w.recall(ctx) {
		return
	}
	portion, saved := w.portion, make(chan struct{})
	w.portion, w.saved, w.began = nil, saved, time.Now()
	w.reporter.found(portion, last, func() { close(saved) })
}

// abort ends a scan that failed: what was found and not delivered is dropped.
func (w *walker) abort(ctx context.Context) {
	w.portion = nil
	w.hand(ctx, true)
}

func (w *walker) awaitSaved(ctx context.Context) bool {
	if w.saved == nil {
		return true
	}
	select {
	case <-w.saved:
		return true
	case <-ctx.Done():
		return false
	case <-w.reporter.closed:
		return false
	}
}

// recall looks for earlier uploads of the portion's files, for as long as the
// store takes to answer: without the answer files would be sent twice.
func (w *walker) recall(ctx context.Context) bool {
	prints := make([]string, 0, len(w.portion))
	for _, f := range w.portion {
		if f.err == nil {
			prints = append(prints, f.fingerprint)
		}
	}
	if len(prints) == 0 {
		return true
	}
	for blind := false; ; blind = true {
		previous, err := w.store.FindPrevious(ctx, prints)
		if err == nil {
			err = w.match(ctx, previous)
		}
		if blind || err != nil {
			w.reporter.cannotRecall(err)
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
func (w *walker) match(ctx context.Context, previous map[string][]Transfer) error {
	for i := range w.portion {
		f := &w.portion[i]
		if f.err != nil || f.file.Size == SizeUnknown {
			continue
		}
		var err error
		if f.answer, err = w.matcher.of(ctx, f.file, previous[f.fingerprint]); err != nil {
			return err
		}
	}
	return nil
}

// walkOrder is a batch that is to be walked: all of it, or what lies at and below
// some paths.
type walkOrder struct {
	batch BatchID
	only  map[string]bool // nil: everything
}
