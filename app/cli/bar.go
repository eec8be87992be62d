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
	drawInterval = 100 * time.Millisecond // minimum time between two draws
	speedWindow  = 5 * time.Second        // of measured speed, before a remaining time is shown
	barWidth     = 30                     // characters
)

// bar shows the combined progress of all transfers. A nil bar draws nothing.
type bar struct {
	drawn    *progressbar.ProgressBar
	sent     map[uploader.TransferID]int64
	unsized  map[uploader.TransferID]bool // transfers whose final size is not known yet
	total    int64                        // bytes
	done     int64                        // bytes, including those sent in earlier runs
	moved    int64                        // bytes sent since the bar was created
	lastDraw time.Time
	speed    speed
}

func newBar(terminal io.Writer) *bar {
	return &bar{
		sent: map[uploader.TransferID]int64{}, unsized: map[uploader.TransferID]bool{},
		drawn: progressbar.NewOptions64(1,
			progressbar.OptionSetWriter(terminal), progressbar.OptionSetWidth(barWidth), progressbar.OptionUseANSICodes(true),
			progressbar.OptionSetElapsedTime(false), progressbar.OptionSetPredictTime(false),
			progressbar.OptionShowDescriptionAtLineEnd(), progressbar.OptionSetRenderBlankState(false),
		),
	}
}

// update adds one event to the sums and draws the bar when it is due.
func (b *bar) update(e feed.Event) {
	if b == nil || e.ID == 0 {
		return
	}
	switch e.Event {
	case feed.Added:
		if e.Size < 0 {
			b.unsized[e.ID] = true
			e.Size = e.Sent
		}
		b.total += e.Size
		b.done += e.Sent
		b.sent[e.ID] = e.Sent
	case feed.Done:
		b.setSent(e.ID, e.Size)
		b.forget(e.ID)
	case feed.Failed:
		if !b.unsized[e.ID] {
			b.total += e.Sent - e.Size // only the sent bytes still count
		}
		b.setSent(e.ID, e.Sent)
		b.forget(e.ID)
	default:
		b.setSent(e.ID, e.Sent)
	}
	if now := time.Now(); now.Sub(b.lastDraw) >= drawInterval {
		b.draw(now)
	}
}

func (b *bar) setSent(id uploader.TransferID, sent int64) {
	step := sent - b.sent[id]
	b.done += step
	b.moved += step
	if b.unsized[id] {
		b.total += step
	}
	b.sent[id] = sent
}

func (b *bar) forget(id uploader.TransferID) {
	delete(b.sent, id)
	delete(b.unsized, id)
}

func (b *bar) draw(now time.Time) {
	if b == nil || b.total == 0 {
		return
	}
	b.lastDraw = now
	b.drawn.ChangeMax64(b.total)
	b.drawn.Describe(b.text(now))
	if b.done < b.total { // at its maximum the bar finishes and is not drawn anymore
		_ = b.drawn.Set64(b.done)
	}
}

func (b *bar) text(now time.Time) string {
	rate, over := b.speed.update(b.moved, now)
	var left time.Duration
	if rate > 0 && over >= speedWindow {
		left = time.Duration(float64(b.total-b.done) / rate * float64(time.Second))
	}
	if len(b.unsized) > 0 {
		return words.Join(words.SizeOf(b.done, -1), words.Rate(rate))
	}
	return words.Join(words.SizeOf(b.done, b.total), words.Rate(rate), words.ETA(left))
}

func (b *bar) clear() {
	if b != nil {
		_ = b.drawn.Clear()
	}
}

// speed measures the average speed over the last one to two speedWindows.
type speed struct{ older, newer sample }

type sample struct {
	at    time.Time
	bytes int64
}

// update adds a sample and returns the average in bytes per second, with the time
// it covers. The average is 0 for the first second.
func (s *speed) update(bytes int64, now time.Time) (rate float64, over time.Duration) {
	current := sample{now, bytes}
	if s.older.at.IsZero() {
		s.older, s.newer = current, current
	}
	if now.Sub(s.newer.at) >= speedWindow {
		s.older, s.newer = s.newer, current
	}
	over = now.Sub(s.older.at)
	if over < time.Second {
		return 0, over
	}
	return float64(bytes-s.older.bytes) / over.Seconds(), over
}
