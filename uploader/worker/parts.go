package worker

import (
	"context"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/lifecycle"
	"github.com/ferryapp/ferry/uploader/source"
	"github.com/ferryapp/ferry/uploader/tus"
)

const (
	// A server may take minutes to join parts. It is queried minJoinQueries times, and
	// once more for every joinQueryBytes of the file.
	minJoinQueries = 8
	joinQueryBytes = 1 << 30
)

// planParts decides whether the file is uploaded in parts (tus 1.0.0, Concatenation),
// and saves the plan.
func (w *Worker) planParts(ctx context.Context, caps tus.Capabilities) (inParts bool, err error) {
	if !slices.Contains(caps.Extensions, tus.Concatenation) {
		return false, nil
	}
	w.parts = plan(w.Transfer.Source.Size, w.Connections(), w.Remote.options())
	if w.parts == nil {
		return false, nil
	}
	if worthwhile, err := w.partsWorthwhile(ctx); !worthwhile || err != nil {
		w.parts = nil
		return false, err
	}
	return true, w.reportAndSave(ctx, lifecycle.PartsPlanned{Parts: w.parts})
}

// partsWorthwhile reports whether several connections may be faster than one. Joining
// costs the server a copy of the file. With low latency one connection uses all of
// the bandwidth, so parts are used only if the options ask for them.
func (w *Worker) partsWorthwhile(ctx context.Context) (bool, error) {
	if w.PartsRequested {
		return true, nil
	}
	return w.Remote.HighLatency(ctx)
}

// queryParts asks the server for the offset of each part. A part that the server no
// longer has restarts, the others resume. If the plan was lost, the file restarts.
func (w *Worker) queryParts(ctx context.Context) (err error) {
	if w.parts, err = w.LoadParts(ctx, w.Transfer.ID); err != nil {
		return err
	}
	if len(w.parts) != w.Transfer.Session.Parts || !covers(w.parts, w.Transfer.Source.Size) {
		return w.discardPlan(ctx)
	}
	group, ctx := errgroup.WithContext(ctx)
	for i := range w.parts {
		group.Go(func() error { return CatchPanic(func() error { return w.queryPart(ctx, &w.parts[i]) }) })
	}
	if err := group.Wait(); err != nil {
		return err
	}
	for _, part := range w.parts {
		w.Report(w.Transfer.ID, lifecycle.PartChanged{Part: part})
	}
	w.reportPartOffsets()
	return nil
}

// queryPart updates the offset of a part.
func (w *Worker) queryPart(ctx context.Context, part *uploader.Part) error {
	if part.URL == "" {
		return nil
	}
	status, err := w.Remote.protocol.Head(ctx, part.URL)
	switch {
	case fault.Is(err, fault.Gone):
		part.URL, part.Offset = "", 0
		return nil
	case err != nil:
		return err
	case status.Offset > part.Length || status.Length >= 0 && status.Length != part.Length:
		return SizeMismatch(max(status.Offset, status.Length), part.Length)
	}
	w.acknowledgePart(part, status.Offset)
	return nil
}

// acknowledgePart takes over the offset of a part that the server reported, and reports
// whether the last request counts as a failed attempt. It may be called from several
// goroutines, for different parts.
func (w *Worker) acknowledgePart(part *uploader.Part, offset int64) (poor bool) {
	poor = w.Remote.yields.acknowledged(part.URL, offset)
	if offset > part.Offset && !poor {
		w.progressed.Store(true)
	}
	if part.Offset = offset; offset == part.Length {
		w.Remote.yields.forget(part.URL)
	}
	return poor
}

// discardPlan deletes parts that do not make up the file, as after a repair of the
// profile. The file restarts.
func (w *Worker) discardPlan(ctx context.Context) error {
	w.deleteParts(ctx)
	w.parts = nil
	w.Counters.Position.Store(0)
	return w.reportAndSave(ctx, lifecycle.UploadCreated{})
}

// reportPartOffsets reports the sum of the offsets of all parts.
func (w *Worker) reportPartOffsets() {
	var sum int64
	for _, part := range w.parts {
		sum += part.Offset
	}
	w.report(lifecycle.Acknowledged{Session: uploader.Session{Offset: sum}, Poor: !w.progressed.Load()})
	w.Counters.Position.Store(sum)
}

// sendParts sends the parts and has the server join them.
func (w *Worker) sendParts(ctx context.Context, file source.OpenFile) error {
	w.report(lifecycle.PhaseEntered{Phase: uploader.PhaseSending})
	if err := w.sendPartsParallel(ctx, file); err != nil {
		return err
	}
	w.report(lifecycle.PhaseEntered{Phase: uploader.PhaseVerifying})
	urls := make([]string, len(w.parts))
	for i, part := range w.parts {
		urls[i] = part.URL
	}
	graceful, end := withGracePeriod(ctx)
	defer end()
	upload, err := w.Remote.protocol.Concat(graceful, tus.ConcatRequest{Parts: urls, Metadata: w.metadata(), Size: w.Transfer.Source.Size})
	if err != nil {
		return err
	}
	session := w.Transfer.Session
	session.URL, session.Expires = upload.URL, uploader.TimestampOf(upload.Expires)
	if err := w.reportAndSave(ctx, lifecycle.UploadCreated{Session: session}); err != nil {
		return err
	}
	_, err = w.checkJoined(ctx)
	return err
}

// checkJoined verifies that the upload that the parts were joined into is complete,
// and deletes the parts. A joined upload accepts no data: if it is incomplete, the
// server is still joining.
func (w *Worker) checkJoined(ctx context.Context) (complete bool, err error) {
	status, err := w.Remote.protocol.Head(ctx, w.Transfer.Session.URL)
	if err != nil {
		return false, err
	}
	if status.Offset < w.Transfer.Source.Size {
		return false, w.joinIncomplete(ctx, status.Offset)
	}
	if complete, err = w.acceptOffset(status); err != nil {
		return false, err
	}
	if w.parts, err = w.LoadParts(ctx, w.Transfer.ID); err != nil {
		return false, err
	}
	w.deleteParts(ctx)
	return complete, nil
}

// joinIncomplete returns the fault for an upload of which the server has joined only
// so many bytes. After too many queries the joined upload is abandoned, and a retry
// by the user joins the parts once more.
func (w *Worker) joinIncomplete(ctx context.Context, joined int64) error {
	if int(w.Transfer.Attempt) < minJoinQueries+int(w.Transfer.Source.Size/joinQueryBytes) {
		f := fault.Newf(fault.Busy, fault.Head, "server has joined %d bytes so far", joined)
		f.Code = fault.CodeConcatPending
		return f
	}
	session := w.Transfer.Session
	abandoned := session.URL
	session.URL = ""
	if err := w.reportAndSave(ctx, lifecycle.UploadCreated{Session: session}); err != nil {
		return err
	}
	_ = w.Remote.Terminate(ctx, abandoned) // if it fails, the upload expires on the server
	f := fault.Newf(fault.Refused, fault.Concat, "server stopped joining after %d bytes", joined)
	f.Code = fault.CodeConcatFailed
	return f
}

// partsRefused reports whether err means that the server does not accept parts, not
// only the content of one.
func (w *Worker) partsRefused(err error) bool {
	f := fault.Of(err)
	if f == nil || f.Kind != fault.Refused {
		return false
	}
	created := slices.ContainsFunc(w.parts, func(p uploader.Part) bool { return p.URL != "" })
	return f.Op == fault.Concat || f.Op == fault.Create && !created
}

// sendWhole restarts the upload without parts.
func (w *Worker) sendWhole(ctx context.Context, file source.OpenFile) error {
	w.deleteParts(ctx)
	w.parts, w.Connections = nil, func() int { return 1 }
	w.Counters.Position.Store(0)
	w.whole.at.Store(0)
	if err := w.reportAndSave(ctx, lifecycle.UploadCreated{}); err != nil {
		return err
	}
	if complete, err := w.create(ctx, file); err != nil || complete {
		return err
	}
	return w.send(ctx, file)
}

// deleteParts deletes the parts from the server, until one cannot be deleted. What is
// left expires.
func (w *Worker) deleteParts(ctx context.Context) {
	for _, part := range w.parts {
		if part.URL == "" {
			continue
		}
		if err := w.Remote.Terminate(ctx, part.URL); err != nil {
			return
		}
	}
}

func (w *Worker) unfinishedParts() []int {
	var indices []int
	for i, part := range w.parts {
		if part.URL == "" || part.Offset < part.Length {
			indices = append(indices, i)
		}
	}
	return indices
}

// acknowledgedEnd returns the end of the furthest byte of the file that the server
// acknowledged.
func (w *Worker) acknowledgedEnd() int64 {
	if w.Transfer.Session.Parts > 0 {
		return AcknowledgedEnd(w.parts)
	}
	return w.Transfer.Session.Offset
}

// AcknowledgedEnd returns the end of the furthest byte of the file that the server
// acknowledged of any part.
func AcknowledgedEnd(parts []uploader.Part) int64 {
	var end int64
	for _, p := range parts {
		if p.Offset > 0 {
			end = max(end, p.Start+p.Offset)
		}
	}
	return end
}
