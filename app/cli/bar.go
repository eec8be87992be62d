package cli

import (
	"io"
	"time"

	"github.com/schollz/progressbar/v3"

	"github.com/ferryapp/ferry/app/feed"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/speed"
)

const (
	drawInterval = 100 * time.Millisecond // minimum time between two draws
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
	speed    speed.Meter
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
	case feed.Failed, feed.Skipped:
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
	b.speed.Sample(b.moved, now)
	rate := words.Rate(b.speed.Rate())
	if len(b.unsized) > 0 {
		return words.Join(words.SizeOf(b.done, -1), rate)
	}
	return words.Join(words.SizeOf(b.done, b.total), rate, words.ETA(b.speed.Left(b.total-b.done, 1)))
}

func (b *bar) clear() {
	if b != nil {
		_ = b.drawn.Clear()
	}
}
