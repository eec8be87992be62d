package engine

import (
	"log/slog"
	"testing"
	"time"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/lifecycle"
	"github.com/ferryapp/ferry/uploader/queue"
	"github.com/ferryapp/ferry/uploader/source"
)

// drivesTest is the drives of an engine with files 1 to 4 on volume 7 and file 5 on volume
// 8, all of them in the queue.
type drivesTest struct {
	*drives
	t   *testing.T
	now time.Time
}

func newDrivesTest(t *testing.T) *drivesTest {
	t.Helper()
	saved := uploader.Saved{NextID: 6, Batches: []uploader.Batch{{ID: 1, Scanned: true}}}
	var transfers []*uploader.Transfer
	for id := uploader.TransferID(1); id <= 5; id++ {
		volume := uint64(7)
		if id == 5 {
			volume = 8
		}
		transfers = append(transfers, &uploader.Transfer{
			ID: id, Batch: 1, Rank: int64(id), Source: source.File{Size: 4 << 20, Identity: source.Identity{Volume: volume, Index: uint64(id)}},
		})
	}
	saved.Transfers = uploader.RowsOf(transfers...)
	s := newState(&saved, slog.New(slog.DiscardHandler))
	s.queue.SetLimits(queue.Limits{Large: 9})
	for id := uploader.TransferID(1); id <= 5; id++ {
		s.queue.Push(queueItem(s.table.Get(id)))
	}
	return &drivesTest{newDrives(s, s.log, 0), t, time.Unix(1e9, 0)}
}

// wantStarted admits what the queue and the drives allow, and compares it with ids.
func (d *drivesTest) wantStarted(ids ...uploader.TransferID) {
	d.t.Helper()
	var started []uploader.TransferID
	for {
		item, ok := d.state.queue.Admit(func(int64) int { return 9 })
		if !ok {
			break
		}
		if t := d.state.table.Get(uploader.TransferID(item.ID)); !d.park(t) {
			started = append(started, t.ID)
		}
	}
	if len(started) != len(ids) {
		d.t.Fatalf("started %v, want %v", started, ids)
	}
	for i := range ids {
		if started[i] != ids[i] {
			d.t.Fatalf("started %v, want %v", started, ids)
		}
	}
}

// blockWorker makes a worker of volume 7 wait for its drive.
func (d *drivesTest) blockWorker(id uploader.TransferID) *runningWorker {
	w := &runningWorker{volume: 7}
	d.block(id, w, d.unresponsive(time.Minute), d.now)
	return w
}

func TestFilesOfBlockedDriveWaitUntilItResponds(t *testing.T) {
	d := newDrivesTest(t)
	w := d.blockWorker(100)
	d.wantStarted(5)
	if f := d.faults()[7]; f == nil || f.Code != fault.CodeDriveHangs {
		t.Errorf("fault of the drive is %v", f)
	}
	d.state.apply(2, lifecycle.PausedByUser{})
	d.release(100, w)
	d.wantStarted(1, 3, 4)
	if len(d.faults()) != 0 || d.aside != 0 {
		t.Errorf("faults %v, %d workers set aside", d.faults(), d.aside)
	}
}

// TestBlockedDriveIsProbed: a call may never return although the drive works again.
func TestBlockedDriveIsProbed(t *testing.T) {
	d := newDrivesTest(t)
	d.blockWorker(100)
	d.wantStarted(5)
	if next := d.next(); !next.Equal(d.now.Add(driveProbeInterval)) {
		t.Errorf("next try is at %v", next)
	}
	d.now = d.now.Add(driveProbeInterval)
	d.retry(d.now)
	if !d.next().After(d.now) {
		t.Errorf("next try is at %v, which is not in the future", d.next())
	}
	d.wantStarted(1)
	d.retry(d.now)
	d.wantStarted()
	d.ended(1, &runningWorker{volume: 7}, lifecycle.WorkerEnded{})
	d.wantStarted(2, 3, 4)
}

// TestBlockedDriveIsProbedWithFileToBeSent: what was paused or removed meanwhile is no probe.
func TestBlockedDriveIsProbedWithFileToBeSent(t *testing.T) {
	d := newDrivesTest(t)
	d.blockWorker(100)
	d.wantStarted(5)
	d.state.apply(1, lifecycle.PausedByUser{})
	d.state.apply(2, lifecycle.RemovedByUser{})
	d.state.removeDropped()
	d.now = d.now.Add(driveProbeInterval)
	d.retry(d.now)
	d.wantStarted(3)
}

func TestDriveWithManyBlockedWorkersIsNotProbed(t *testing.T) {
	d := newDrivesTest(t)
	for id := range uploader.TransferID(maxBlockedWorkers) {
		d.blockWorker(100 + id)
	}
	d.wantStarted(5)
	d.now = d.now.Add(time.Hour)
	d.retry(d.now)
	d.wantStarted()
	if !d.next().IsZero() {
		t.Errorf("next try is at %v, want none", d.next())
	}
}

func TestWorkersSetAsideAreLimited(t *testing.T) {
	d := newDrivesTest(t)
	workers := make([]*runningWorker, 0, maxAside+1)
	for id := range uploader.TransferID(maxAside + 1) {
		workers = append(workers, d.blockWorker(100+id))
	}
	if last := workers[maxAside]; last.aside || d.aside != maxAside {
		t.Errorf("the last worker is set aside: %v, %d in total", last.aside, d.aside)
	}
}

// TestFilesOfMissingDriveWaitForTheNextTry: one transfer tries again, not all of them.
func TestFilesOfMissingDriveWaitForTheNextTry(t *testing.T) {
	d := newDrivesTest(t)
	d.state.queue.Remove(1)
	missing := fault.Newf(fault.SourceBusy, fault.Stat, "not connected")
	missing.Code = fault.CodeDriveMissing
	end := lifecycle.WorkerEnded{Fault: missing, Random: 0.5}
	d.state.apply(1, lifecycle.WorkerStarted{})
	d.state.apply(1, end)
	d.ended(1, &runningWorker{volume: 7}, end)
	nextTry := d.state.table.Get(1).NextTry.Time()
	d.now = nextTry.Add(-time.Millisecond)
	d.retry(d.now)
	d.wantStarted(5)
	d.now = nextTry
	d.retry(d.now)
	d.wantStarted(2, 3, 4)
}
