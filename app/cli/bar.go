package cli

import (
	"io"
	"time"

	"github.com/schollz/progressbar/v3"

	"github.com/ferryapp/ferry/app/feed"
	"github.com/ferryapp/ferry/uploader"
)

// pace is how often the bar is drawn at most.
const pace = 100 * time.Millisecond

// bar adds up transfers and draws how far they are together. A nil bar draws
// nothing.
type bar struct {
	drawn *progressbar.ProgressBar
	sent  map[uploader.TransferID]int64
	total int64 // bytes
	done  int64 // bytes
	last  time.Time
}

func newBar(terminal io.Writer) *bar {
	return &bar{
		sent: map[uploader.TransferID]int64{},
		drawn: progressbar.NewOptions64(1,
			progressbar.OptionSetWriter(terminal), progressbar.OptionShowBytes(true), progressbar.OptionShowTotalBytes(true),
			progressbar.OptionSetPredictTime(true), progressbar.OptionSetWidth(30), progressbar.OptionUseANSICodes(true),
			progressbar.OptionSetRenderBlankState(false), progressbar.OptionThrottle(0),
		),
	}
}

func (b *bar) follow(e feed.Event) {
	if b == nil || e.ID == 0 {
		return
	}
	switch e.Event {
	case feed.Added:
		b.total += e.Size
		b.move(e.ID, e.Sent)
	case feed.Done:
		b.move(e.ID, e.Size)
		delete(b.sent, e.ID)
	case feed.Failed:
		b.total += e.Sent - e.Size // only what crossed still counts
		b.move(e.ID, e.Sent)
		delete(b.sent, e.ID)
	default:
		b.move(e.ID, e.Sent)
	}
	if now := time.Now(); now.Sub(b.last) >= pace {
		b.draw(now)
	}
}

func (b *bar) move(id uploader.TransferID, sent int64) {
	b.done += sent - b.sent[id]
	b.sent[id] = sent
}

func (b *bar) draw(now time.Time) {
	if b == nil || b.total == 0 {
		return
	}
	b.last = now
	b.drawn.ChangeMax64(b.total)
	if b.done < b.total { // full, it would be finished and never drawn again
		_ = b.drawn.Set64(b.done)
	}
}

func (b *bar) clear() {
	if b != nil {
		_ = b.drawn.Clear()
	}
}
