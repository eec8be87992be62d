package worker

import (
	"context"
	"time"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/lifecycle"
	"github.com/ferryapp/ferry/uploader/tus"
)

// record is the worker's own copy of the transfer. Every change of it is reported to
// the engine. It belongs to the worker's goroutine, except id, emit and save, which
// any goroutine may use.
type record struct {
	id       uploader.TransferID
	transfer uploader.Transfer
	counters *Counters
	whole    *partCounter // counts the file when it is not sent in parts

	emit func(uploader.TransferID, ...lifecycle.Input)                     // Config.Report
	save func(context.Context, uploader.TransferID, lifecycle.Input) error // Config.Save

	deferring bool // reports are kept in deferred until the worker ends
	deferred  []lifecycle.Input
}

func newRecord(c *Config) *record {
	r := &record{
		id:       c.Transfer.ID,
		transfer: c.Transfer,
		counters: c.Counters,
		whole:    &partCounter{counters: c.Counters},
		emit:     c.Report,
		save:     c.Save,
	}
	r.whole.at.Store(c.Transfer.Session.Offset)
	return r
}

// report steps the worker's copy of the transfer and reports the input.
func (r *record) report(in lifecycle.Input) {
	r.transfer, _ = lifecycle.Step(r.transfer, in, time.Now())
	if r.deferring {
		r.deferred = append(r.deferred, in)
		return
	}
	r.emit(r.id, in)
}

// deferReports keeps what is reported from now on until the worker ends. It is for a
// worker that is about to end: with many small files each report that wakes the
// engine costs time.
func (r *record) deferReports() { r.deferring = true }

// reportAndSave is report for what must be saved before the worker continues.
func (r *record) reportAndSave(ctx context.Context, in lifecycle.Input) error {
	r.transfer, _ = lifecycle.Step(r.transfer, in, time.Now())
	return r.save(ctx, r.id, in)
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
	return status.Offset == size, nil
}

// acknowledge takes over the offset that the server reported.
func (r *record) acknowledge(status tus.Status) {
	r.report(lifecycle.Acknowledged{Session: uploader.Session{Offset: status.Offset, Expires: uploader.TimestampOf(status.Expires)}})
	r.whole.set(status.Offset)
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
	return fault.Newf(fault.Transient, fault.Patch, "server acknowledged nothing of %d requests at offset %d", requests, offset)
}
