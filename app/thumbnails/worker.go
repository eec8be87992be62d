package thumbnails

import (
	"context"
	"image"
	"io"
	"time"

	"github.com/ferryapp/ferry/uploader/source"
)

// worker makes thumbnails on one goroutine. What reads a file runs on another one, which it
// leaves behind while the drive of the file does not respond.
type worker struct {
	maker   *Maker
	cache   *folder
	started int            // number of calls that were started
	hanging map[uint64]int // calls that were left behind, by the volume of their files
	results chan result
}

// result is what became of a request.
type result struct {
	request
	call    int
	picture *image.RGBA // nil for none
	err     error
}

// make makes one thumbnail. It returns when that is done, when the drive has not responded for
// too long, or when ctx ends.
func (w *worker) make(ctx context.Context, r request) {
	if picture := w.cache.read(r.key); picture != nil {
		w.maker.keep(r.key, picture)
		return
	}
	volume := w.maker.config.volume(r.file)
	if w.hanging[volume] > 0 {
		return // it is wanted again when its row is drawn again
	}
	w.started++
	call := w.started
	go func() {
		picture, err := produce(ctx, w.maker.config.disk, r)
		select {
		case w.results <- result{r, call, picture, err}:
		case <-ctx.Done():
		}
	}()
	timeout := time.NewTimer(driveTimeout)
	defer timeout.Stop()
	for {
		select {
		case got := <-w.results:
			if got.call == call {
				w.finish(got)
				return
			}
			w.ended(got)
		case <-timeout.C:
			w.hanging[volume]++
			return
		case <-ctx.Done():
			return
		}
	}
}

// ended handles the result of a call that was left behind.
func (w *worker) ended(late result) {
	w.hanging[w.maker.config.volume(late.file)]--
	w.finish(late)
}

func (w *worker) finish(r result) {
	if r.err != nil {
		w.maker.config.Log.Debug("no thumbnail", "err", r.err)
	} else {
		w.cache.write(r.key, r.picture)
	}
	w.maker.keep(r.key, r.picture)
}

// produce reads a file and makes its thumbnail. It fails if the file is not the one that is
// described any more.
func produce(ctx context.Context, disk source.Disk, r request) (*image.RGBA, error) {
	opened, seen, err := disk.Open(r.file)
	if err != nil {
		return nil, err
	}
	defer opened.Close()
	if !seen.Same(r.file) {
		return nil, errChanged
	}
	return Decode(&reader{ctx: ctx, SectionReader: io.NewSectionReader(opened, 0, seen.Size)}, r.side)
}

// reader reads a file until a context ends.
type reader struct {
	*io.SectionReader
	ctx context.Context
}

func (r *reader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.SectionReader.Read(p)
}
