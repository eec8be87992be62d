package engine

import (
	"log/slog"
	"time"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/lifecycle"
)

const (
	// defaultDriveTimeout is how long a call of the file system may take before its drive
	// counts as not responding. Disks that have stopped need a few seconds to start.
	defaultDriveTimeout = 10 * time.Second

	// driveProbeInterval is how often one more file of a drive that does not respond is
	// tried: a call may never return although the drive works again.
	driveProbeInterval = 30 * time.Second

	// maxBlockedWorkers is how many workers of one drive may be blocked for another to be
	// started as a probe, and maxAside how many of all drives do not count against the
	// limits of the queue. Each occupies a thread of the operating system.
	maxBlockedWorkers = 8
	maxAside          = 64
)

// drives has the drives whose files cannot be read at the moment: those that do not
// respond, and those that are not connected. Their files are taken out of the queue until
// they can be, so that files of other drives are sent. A drive is identified by the volume
// in [source.Identity]; files without one are never taken out.
type drives struct {
	state   *state
	log     *slog.Logger
	timeout time.Duration

	blocked map[uint64]*blockedDrive
	missing map[uint64]missingDrive
	parked  map[uint64][]uploader.TransferID // taken out of the queue, by drive
	aside   int                              // workers that do not count against the limits
}

// blockedDrive is a drive that does not respond.
type blockedDrive struct {
	fault   *fault.Fault
	workers map[uploader.TransferID]bool // the workers that wait for it
	probe   time.Time                    // when another one may be started
	probing uploader.TransferID          // the transfer that may be started now; 0 for none
}

// missingDrive is a drive that is not connected.
type missingDrive struct {
	fault *fault.Fault
	until time.Time // when it is tried again
}

func newDrives(s *state, log *slog.Logger, timeout time.Duration) *drives {
	if timeout == 0 {
		timeout = defaultDriveTimeout
	}
	return &drives{
		state: s, log: log, timeout: timeout,
		blocked: map[uint64]*blockedDrive{}, missing: map[uint64]missingDrive{}, parked: map[uint64][]uploader.TransferID{},
	}
}

// unresponsive returns the fault for a call that has not returned for so long, or nil if
// that is not long.
func (d *drives) unresponsive(waiting time.Duration) *fault.Fault {
	if waiting < d.timeout {
		return nil
	}
	f := fault.Newf(fault.SourceBusy, fault.Read, "a call of the file system has not returned for %v", d.timeout)
	f.Code = fault.CodeDriveHangs
	return f
}

// observe updates whether a worker waits for a drive that does not respond.
func (d *drives) observe(id uploader.TransferID, w *runningWorker, now time.Time) {
	switch f := d.unresponsive(w.calls.Waiting(now)); {
	case f != nil && w.blocked == nil:
		d.log.Warn("drive does not respond", "transfer", id)
		d.block(id, w, f, now)
	case f == nil && w.blocked != nil:
		d.log.Info("drive responds again", "transfer", id)
		d.release(id, w)
		d.state.queue.Return(int64(id))
	}
}

func (d *drives) block(id uploader.TransferID, w *runningWorker, f *fault.Fault, now time.Time) {
	w.blocked = f
	if w.aside = d.aside < maxAside; w.aside {
		d.aside++
		d.state.queue.SetAside(int64(id))
	}
	if w.volume == 0 {
		return
	}
	drive := d.blocked[w.volume]
	if drive == nil {
		drive = &blockedDrive{workers: map[uploader.TransferID]bool{}}
		d.blocked[w.volume] = drive
	}
	drive.fault, drive.probe = f, now.Add(driveProbeInterval)
	drive.workers[id] = true
}

// release records that a worker does not wait for its drive any more.
func (d *drives) release(id uploader.TransferID, w *runningWorker) {
	if w.blocked == nil {
		return
	}
	if w.blocked = nil; w.aside {
		d.aside--
	}
	if drive := d.blocked[w.volume]; drive != nil {
		if delete(drive.workers, id); len(drive.workers) == 0 {
			d.respond(w.volume)
		}
	}
}

// ended receives how the worker of a transfer ended.
func (d *drives) ended(id uploader.TransferID, w *runningWorker, end lifecycle.WorkerEnded) {
	t := d.state.table.Get(id)
	switch {
	case t == nil || w.volume == 0 || end.Stopped:
	case end.Fault == nil:
		d.respond(w.volume)
	case end.Fault.Code == fault.CodeDriveMissing && d.missing[w.volume].fault == nil:
		d.missing[w.volume] = missingDrive{end.Fault, t.NextTry.Time()}
	}
}

// respond puts the files of a drive that responds back into the queue.
func (d *drives) respond(volume uint64) {
	delete(d.blocked, volume)
	delete(d.missing, volume)
	parked := d.parked[volume]
	delete(d.parked, volume)
	for _, id := range parked {
		d.unpark(id)
	}
}

// unpark puts a transfer back into the queue, unless it is not to be sent any more or is there
// already. It reports whether it did.
func (d *drives) unpark(id uploader.TransferID) bool {
	t := d.state.table.Get(id)
	if t == nil || t.Phase != uploader.PhaseQueued || t.Intent != uploader.IntentRun || d.state.queue.Contains(int64(id)) {
		return false
	}
	d.state.queue.Push(queueItem(t))
	return true
}

// park takes a transfer that the queue admitted out of it if its drive does not respond or
// is not connected. It reports whether it did.
func (d *drives) park(t *uploader.Transfer) bool {
	volume := t.Source.Identity.Volume
	_, missing := d.missing[volume]
	blocked := d.blocked[volume]
	if blocked == nil && !missing {
		return false
	}
	if !missing && blocked.probing == t.ID {
		blocked.probing = 0
		return false
	}
	d.state.queue.Release(int64(t.ID))
	d.parked[volume] = append(d.parked[volume], t.ID)
	return true
}

// retry puts files back into the queue whose drives are to be tried again.
func (d *drives) retry(now time.Time) {
	for volume, drive := range d.missing {
		if !now.Before(drive.until) {
			d.respond(volume)
		}
	}
	for volume, drive := range d.blocked {
		if len(d.parked[volume]) > 0 && len(drive.workers) < maxBlockedWorkers && !now.Before(drive.probe) {
			drive.probing, drive.probe = d.unparkNext(volume), now.Add(driveProbeInterval)
		}
	}
}

// unparkNext puts the next file of a drive back into the queue. It returns its transfer; 0 if
// none is to be sent any more.
func (d *drives) unparkNext(volume uint64) uploader.TransferID {
	for len(d.parked[volume]) > 0 {
		id := d.parked[volume][0]
		d.parked[volume] = d.parked[volume][1:]
		if d.unpark(id) {
			return id
		}
	}
	return 0
}

// next returns when retry has something to do; zero if it is not known.
func (d *drives) next() time.Time {
	var next time.Time
	earlier := func(t time.Time) {
		if next.IsZero() || t.Before(next) {
			next = t
		}
	}
	for _, drive := range d.missing {
		earlier(drive.until)
	}
	for volume, drive := range d.blocked {
		if len(d.parked[volume]) > 0 && len(drive.workers) < maxBlockedWorkers {
			earlier(drive.probe)
		}
	}
	return next
}

// faults returns why the files of drives are not started, by drive.
func (d *drives) faults() map[uint64]*fault.Fault {
	faults := make(map[uint64]*fault.Fault, len(d.blocked)+len(d.missing))
	for volume, drive := range d.missing {
		faults[volume] = drive.fault
	}
	for volume, drive := range d.blocked {
		faults[volume] = drive.fault
	}
	return faults
}
