package app

import (
	"time"

	"github.com/ferryapp/ferry/app/bridge"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/widgets"
)

// folderScans shows which folders are being scanned, and stops that. It lives on the
// UI's goroutine.
type folderScans struct {
	bridge   *bridge.Bridge
	banner   *notice
	toasts   *widgets.Toasts
	added    arrivals
	visible  func(*uploader.Snapshot) *uploader.Snapshot // without what was removed
	left     func() *leftover
	scanning counting
}

// show shows what is being scanned, with a button to stop it. It returns after what
// time to call it again; zero for not before the next snapshot.
func (c *folderScans) show(s *uploader.Snapshot) time.Duration {
	now := c.scanning.follow(s, c.left(), time.Now())
	c.banner.counts(now.sentence(), func() { c.stop(now) })
	if len(c.scanning) > len(now.batches) {
		return countingShown
	}
	return 0
}

// stop stops scanning. The files found so far stay; their number is shown when the
// engine has answered.
func (c *folderScans) stop(scan count) {
	for i, id := range scan.batches {
		delete(c.added, id)
		var done func(error)
		if i == len(scan.batches)-1 {
			done = func(err error) { c.bridge.Post(func() { c.stopped(scan.batches, err) }) }
		}
		c.bridge.Send(uploader.StopFinding{Batch: id}, done)
	}
}

func (c *folderScans) stopped(batches []uploader.BatchID, err error) {
	if err != nil {
		c.toasts.Say(sentenceOf(err))
		return
	}
	again := func() {
		for _, id := range batches {
			c.bridge.Send(uploader.Find{Batch: id}, nil)
		}
	}
	s, files := c.visible(c.bridge.Snapshot()), 0
	for _, id := range batches {
		files += s.Sums[id].Files
	}
	if files == 0 {
		c.toasts.Say(words.Say("counting.stopped.empty"))
		return
	}
	c.toasts.Offer(words.Count("counting.stopped", files), words.Say("undo"), again, func() {})
}
