package app

import (
	"time"

	"github.com/ferryapp/ferry/app/bridge"
	"github.com/ferryapp/ferry/app/frame"
	"github.com/ferryapp/ferry/app/view"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/widgets"
)

// folderScans shows which folders are being scanned, and stops scans. It must be used on
// the UI goroutine.
type folderScans struct {
	bridge      *bridge.Bridge
	banner      *frame.Banner
	toasts      *widgets.Toasts
	added       view.AddedBatches
	visible     func(*uploader.Snapshot) *uploader.Snapshot // removes what is hidden
	interrupted func() *view.Interrupted
	scanning    view.Scans
}

// show shows in the banner what is being scanned, with a button to stop it. It returns
// the time after which to call it again; 0 if only for the next snapshot.
func (c *folderScans) show(s *uploader.Snapshot) time.Duration {
	now := c.scanning.Update(s, c.interrupted(), time.Now())
	c.banner.ShowScan(now.Text(), func() { c.stop(now) })
	if len(c.scanning) > len(now.Batches) {
		return view.ScanDelay
	}
	return 0
}

// stop stops scanning. The files found so far stay; their number is shown when the engine
// has stopped.
func (c *folderScans) stop(scan view.Scan) {
	for i, id := range scan.Batches {
		delete(c.added, id)
		var done func(error)
		if i == len(scan.Batches)-1 {
			done = func(err error) { c.bridge.Post(func() { c.stopped(scan.Batches, err) }) }
		}
		c.bridge.Send(uploader.StopScan{Batch: id}, done)
	}
}

// stopped shows the result of stopping.
func (c *folderScans) stopped(batches []uploader.BatchID, err error) {
	if err != nil {
		c.toasts.Notify(view.ErrorText(err))
		return
	}
	resume := func() {
		for _, id := range batches {
			c.bridge.Send(uploader.Scan{Batch: id}, nil)
		}
	}
	s, files := c.visible(c.bridge.Snapshot()), 0
	for _, id := range batches {
		files += s.BatchTotals[id].Files
	}
	if files == 0 {
		c.toasts.Notify(words.Text("counting.stopped.empty"))
		return
	}
	c.toasts.NotifyWithAction(words.Count("counting.stopped", files), words.Text("undo"), resume, func() {})
}
