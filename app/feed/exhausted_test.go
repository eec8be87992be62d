package feed_test

import (
	"context"
	"errors"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ferryapp/ferry/app/feed"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
)

// TestWaitForOpenFilesIsLimited: what is followed ends if everything that is left waits for
// more open files, and only then.
func TestWaitForOpenFilesIsLimited(t *testing.T) {
	const allowed = time.Minute
	limit := fault.NewExhausted(fault.Open, syscall.EMFILE)
	exhausted := func(id uploader.TransferID) *uploader.Transfer {
		return transfer(id, uploader.PhaseWaiting, func(t *uploader.Transfer) { t.Fault = limit })
	}
	scanning := snapshot(false, nil)
	scanning.ScanFaults = map[uploader.BatchID]*fault.Fault{batch: limit}
	scanWaitsForDrive := snapshot(false, nil, exhausted(1))
	scanWaitsForDrive.ScanFaults = map[uploader.BatchID]*fault.Fault{batch: {Kind: fault.SourceBusy, Code: fault.CodeDriveHangs}}
	for _, c := range []struct {
		name  string
		first *uploader.Snapshot
		later *uploader.Snapshot // after half of the time; nil for none
		max   time.Duration
		want  time.Duration // when following ends with the fault; 0: never
	}{
		{"a transfer waits", snapshot(true, nil, exhausted(1)), nil, allowed, allowed},
		{"a scan waits", scanning, nil, allowed, allowed},
		{"done ones do not count", snapshot(true, nil, exhausted(1), transfer(2, uploader.PhaseDone)), nil, allowed, allowed},
		{"the next try does not restart the time", snapshot(true, nil, exhausted(1)), snapshot(true, live(1, 0), transfer(1, uploader.PhasePreparing)), allowed, allowed},
		{"the next try does not restart the time beside another transfer", snapshot(true, nil, exhausted(1), exhausted(2)), snapshot(true, live(1, 0), transfer(1, uploader.PhaseCreating), exhausted(2)), allowed, allowed},
		{"a connection without a byte does not restart the time", snapshot(true, nil, exhausted(1)), snapshot(true, live(1, 0), transfer(1, uploader.PhaseSending)), allowed, allowed},
		{"sending ends the wait", snapshot(true, nil, exhausted(1)), snapshot(true, live(1, 10), transfer(1, uploader.PhaseSending)), allowed, 0},
		{"another fault ends the wait", snapshot(true, nil, exhausted(1)), snapshot(true, nil, transfer(1, uploader.PhaseWaiting, withFault(fault.Transient, 1))), allowed, 0},
		{"another transfer is sent", snapshot(true, live(2, 10), exhausted(1), transfer(2, uploader.PhaseSending)), nil, allowed, 0},
		{"another transfer is queued", snapshot(true, nil, exhausted(1), transfer(2, uploader.PhaseQueued)), nil, allowed, 0},
		{"another transfer waits for something else", snapshot(true, nil, exhausted(1), transfer(2, uploader.PhaseWaiting, withFault(fault.Transient, 1))), nil, allowed, 0},
		{"the scan continues", snapshot(false, nil, exhausted(1)), nil, allowed, 0},
		{"the scan waits for a drive", scanWaitsForDrive, nil, allowed, 0},
		{"without a limit", snapshot(true, nil, exhausted(1)), nil, 0, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				source := newChangingSource(c.first)
				if c.later != nil {
					time.AfterFunc(c.max/2, func() { source.publish(c.later) })
				}
				ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
				defer cancel()
				began := time.Now()
				_, err := feed.Follow(ctx, source, feed.Batch(batch), feed.Options{MaxExhausted: c.max}, func(feed.Event) error { return nil })
				switch {
				case c.want == 0 && !errors.Is(err, context.DeadlineExceeded):
					t.Errorf("ended after %v: %v", time.Since(began), err)
				case c.want > 0 && (!errors.Is(err, syscall.EMFILE) || !strings.HasPrefix(err.Error(), "nothing continues: ")):
					t.Errorf("err = %v", err)
				case c.want > 0 && (time.Since(began) < c.want || time.Since(began) > c.want+time.Second):
					t.Errorf("ended after %v, want %v", time.Since(began), c.want)
				}
			})
		})
	}
}
