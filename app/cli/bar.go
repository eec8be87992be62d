package cli

import (
	"io"
	"time"

	"github.com/schollz/progressbar/v3"

	"github.com/ferryapp/ferry/app/feed"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
)

const (
	pace     = 100 * time.Millisecond // between two drawings, at least
	evidence = 5 * time.Second        // of moving bytes, before a time left is told
	barWidth = 30                     // characters
)

// bar adds up transfers and draws how far they are together. A nil bar draws
// nothing.
type bar struct {
	drawn *progressbar.ProgressBar
	sent  map[uploader.TransferID]int64
	open  map[uploader.TransferID]bool // those of which nobody knows how large they get
	total int64                        // bytes
	done  int64                        // bytes, with those that had crossed before
	moved int64                        // bytes that crossed since the bar is there
	last  time.Time
	speed speed
}

func newBar(terminal io.Writer) *bar {
	return &bar{
		sent: map[uploader.TransferID]int64{}, open: map[uploader.TransferID]bool{},
		drawn: progressbar.NewOptions64(1,
			progressbar.OptionSetWriter(terminal), progressbar.OptionSetWidth(barWidth), progressbar.OptionUseANSICodes(true),
			progressbar.OptionSetElapsedTime(false), progressbar.OptionSetPredictTime(false),
			progressbar.OptionShowDescriptionAtLineEnd(), progressbar.OptionSetRenderBlankState(false),
		),
	}
}

func (b *bar) follow(e feed.Event) {
	if b == nil || e.ID == 0 {
		return
	}
	switch e.Event {
	case feed.Added:
		if e.Size < 0 {
			b.open[e.ID] = true
			e.Size = e.Sent
		}
		b.total += e.Size
		b.done += e.Sent
		b.sent[e.ID] = e.Sent
	case feed.Done:
		b.move(e.ID, e.Size)
		delete(b.sent, e.ID)
		delete(b.open, e.ID)
	case feed.Failed:
		if !b.open[e.ID] {
			b.total += e.Sent - e.Size // only what crossed still counts
		}
		b.move(e.ID, e.Sent)
		delete(b.sent, e.ID)
		delete(b.open, e.ID)
	default:
		b.move(e.ID, e.Sent)
	}
	if now := time.Now(); now.Sub(b.last) >= pace {
		b.draw(now)
	}
}

func (b *bar) move(id uploader.TransferID, sent int64) {
	step := sent - b.sent[id]
	b.done += step
	b.moved += step
	if b.open[id] {
		b.total += step
	}
	b.sent[id] = sent
}

func (b *bar) draw(now time.Time) {
	if b == nil || b.total == 0 {
		return
	}
	b.last = now
	b.drawn.ChangeMax64(b.total)
	b.drawn.Describe(b.text(now))
	if b.done < b.total { // full, it would be finished and never drawn again
		_ = b.drawn.Set64(b.done)
	}
}

func (b *bar) text(now time.Time) string {
	rate, over := b.speed.of(b.moved, now)
	var left time.Duration
	if rate > 0 && over >= evidence {
		left = time.Duration(float64(b.total-b.done) / rate * float64(time.Second))
	}
	if len(b.open) > 0 {
		return words.Join(words.SizeOf(b.done, -1), words.Rate(rate))
	}
	return words.Join(words.SizeOf(b.done, b.total), words.Rate(rate), words.ETA(left))
}

func (b *bar) clear() {
	if b != nil {
		_ = b.drawn.Clear()
	}
}

// speed averages over the last one to two spans of evidence.
type speed struct{ older, newer mark }

// mark is how much had moved at some time.
type mark struct {
	at    time.Time
	bytes int64
}

// of returns bytes per second, and the time they are averaged over. What is less
// than a second proves nothing yet.
func (s *speed) of(bytes int64, now time.Time) (rate float64, over time.Duration) {
	here := mark{now, bytes}
	if s.older.at.IsZero() {
		s.older, s.newer = here, here
	}
	if now.Sub(s.newer.at) >= evidence {
		s.older, s.newer = s.newer, here
	}
	over = now.Sub(s.older.at)
	if over < time.Second {
		return 0, over
	}
	return float64(bytes-s.older.bytes) / over.Seconds(), over
}
