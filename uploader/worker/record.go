package worker

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/lifecycle"
	"github.com/ferryapp/ferry/uploader/tus"
)

// record is the worker's own copy of the transfer. Every change of it is reported to
// the engine. It belongs to the worker's goroutine, except id, emit, save and
// acknowledgePart, which any goroutine may use.
type record struct {
	id       uploader.TransferID
	transfer uploader.Transfer
	counters *Counters
	whole    *partCounter // counts the file when it is not sent in parts
	yields   *yields      // of the server
	poor     bool         // the last request counts as a failed attempt
	perFile  perFile      // what a service issued for this attempt

	progressed atomic.Bool // the server acknowledged enough of a part not to count as a failed attempt

	emit func(uploader.TransferID, ...lifecycle.Input)                        // Config.Report
	save func(context.Context, uploader.TransferID, ...lifecycle.Input) error // Config.Save

	deferring bool // reports are kept in deferred until the worker ends
	deferred  []lifecycle.Input
}

func newRecord(c *Config) *record {
	r := &record{
		id:       c.Transfer.ID,
		transfer: c.Transfer,
		counters: c.Counters,
		whole:    &partCounter{counters: c.Counters},
		yields:   &yields{whole: newWholeRequests(uploader.ServerOptions{})},
		emit:     c.Report,
		save:     c.Save,
	}
	if c.Remote != nil {
		r.yields = &c.Remote.yields
	}
	r.whole.at.Store(c.Transfer.Session.Offset)
	return r
}

// report steps the worker's copy of the transfer and reports the inputs, which are saved
// together.
func (r *record) report(inputs ...lifecycle.Input) {
	for _, in := range inputs {
		r.transfer, _ = lifecycle.Step(r.transfer, in, time.Now())
	}
	if r.deferring {
		r.deferred = append(r.deferred, inputs...)
		return
	}
	r.emit(r.id, inputs...)
}

// deferReports keeps what is reported from now on until the worker ends. It is for small
// files: each report that wakes the engine costs time.
func (r *record) deferReports() { r.deferring = true }

// reportAndSave is report for what must be saved before the worker continues.
func (r *record) reportAndSave(ctx context.Context, inputs ...lifecycle.Input) error {
	for _, in := range inputs {
		r.transfer, _ = lifecycle.Step(r.transfer, in, time.Now())
	}
	return r.save(ctx, r.id, inputs...)
}

// acceptOffset takes over the offset that the server reported, unless it contradicts
// the size of the file. It reports whether the upload is complete.
func (r *record) acceptOffset(status tus.Status) (complete bool, err error) {
	size := r.transfer.Source.Size
	if size != uploader.SizeUnknown {
		if err := checkLength(status, size); err != nil {
			return false, err
		}
	}
	r.acknowledge(status)
	if status.Offset == size {
		r.yields.forget(r.transfer.Session.URL)
	}
	return status.Offset == size, nil
}

// acknowledge takes over the offset that the server reported.
func (r *record) acknowledge(status tus.Status) {
	r.poor = r.yields.acknowledged(r.transfer.Session.URL, status.Offset)
	r.report(lifecycle.Acknowledged{
		Session: uploader.Session{Offset: status.Offset, Expires: uploader.TimestampOf(status.Expires)},
		Result:  uploader.Result(status.Result), Poor: r.poor,
	})
	r.whole.set(status.Offset)
}

// acknowledgePart takes over the offset of a part that the server reported. It reports
// whether the last request counts as a failed attempt.
func (r *record) acknowledgePart(part *uploader.Part, offset int64) (poor bool) {
	poor = r.yields.acknowledged(part.URL, offset)
	if offset > part.Offset && !poor {
		r.progressed.Store(true)
	}
	part.Unconfirmed = 0
	if part.Offset = offset; offset == part.Length {
		r.yields.forget(part.URL)
	}
	return poor
}

// checkLength returns a fault if the status of an upload contradicts its length.
func checkLength(status tus.Status, length int64) error {
	if status.Offset > length || status.Length >= 0 && status.Length != length {
		return SizeMismatch(max(status.Offset, status.Length), length)
	}
	return nil
}

// SizeMismatch returns the fault for a server whose upload does not fit a file of
// that many bytes.
func SizeMismatch(reported, size int64) error {
	return fault.Newf(fault.Mismatch, fault.Head, "server reports %d bytes, file has %d", reported, size)
}

func unacknowledged(requests int, offset int64) error {
	return fault.Newf(fault.Transient, fault.Patch, "server acknowledged nothing or very little of %d requests, up to offset %d", requests, offset)
}
