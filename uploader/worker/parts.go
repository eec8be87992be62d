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
	// joinTries is how often a server may say that it is not done with joining
	// Parts, which takes minutes, and joinStride for how many bytes once more.
	joinTries  = 8
	joinStride = 1 << 30
)

// Part decides whether the file crosses in parts, and saves the plan.
func (w *Worker) part(ctx context.Context, caps tus.Capabilities) (inParts bool, err error) {
	if !slices.Contains(caps.Extensions, tus.Concatenation) {
		return false, nil
	}
	w.parts = plan(w.Transfer.Source.Size, w.Connections(), w.Remote.profile())
	if w.parts == nil {
		return false, nil
	}
	if helps, err := w.partsHelp(ctx); !helps || err != nil {
		w.parts = nil
		return false, err
	}
	return true, w.keep(ctx, lifecycle.PartsPlanned{Parts: w.parts})
}

// partsHelp reports whether several connections may be faster than one. Joining
// costs the server a copy of the whole file, so that over a short line, which one
// connection fills, the parts must have been asked for.
func (w *Worker) partsHelp(ctx context.Context) (bool, error) {
	if w.PartsRequested {
		return true, nil
	}
	return w.Remote.HighLatency(ctx)
}

// askParts learns what the server holds of each part. One that is gone begins
// Again; the others are kept. Where the plan itself is lost, the file begins again.
func (w *Worker) askParts(ctx context.Context) (complete bool, err error) {
	if w.parts, err = w.LoadParts(ctx, w.Transfer.ID); err != nil {
		return false, err
	}
	if len(w.parts) != w.Transfer.Session.Parts || !covers(w.parts, w.Transfer.Source.Size) {
		return false, w.replan(ctx)
	}
	group, ctx := errgroup.WithContext(ctx)
	for i := range w.parts {
		group.Go(func() error { return CatchPanic(func() error { return w.askPart(ctx, &w.parts[i]) }) })
	}
	if err := group.Wait(); err != nil {
		return false, err
	}
	for _, part := range w.parts {
		w.Report(w.Transfer.ID, lifecycle.PartChanged{Part: part})
	}
	w.ackParts()
	return false, nil
}

// askJoined makes sure that the file the parts were joined to is whole before the
// Parts are given up. It takes no bytes: either it is whole, or the server is
// still at it.
func (w *Worker) askJoined(ctx context.Context) (complete bool, err error) {
	status, err := w.Remote.protocol.Head(ctx, w.Transfer.Session.URL)
	if err != nil {
		return false, err
	}
	if status.Offset < w.Transfer.Source.Size {
		return false, w.unjoined(ctx, status.Offset)
	}
	if complete, err = w.take(status); err != nil {
		return false, err
	}
	if w.parts, err = w.LoadParts(ctx, w.Transfer.ID); err != nil {
		return false, err
	}
	w.dropParts(ctx)
	return complete, nil
}

// unjoined is the fault of a file of which the server has put together only held
// bytes so far. A server that does not come to an end of it in good time is not
// waited for any longer: the parts are kept, to be joined anew when the user says
// so.
func (w *Worker) unjoined(ctx context.Context, held int64) error {
	if int(w.Transfer.Attempt) < joinTries+int(w.Transfer.Source.Size/joinStride) {
		f := fault.Newf(fault.Busy, fault.Head, "the server has joined %d bytes so far", held)
		f.Code = fault.CodeJoining
		return f
	}
	session := w.Transfer.Session
	abandoned := session.URL
	session.URL = ""
	if err := w.keep(ctx, lifecycle.UploadCreated{Session: session}); err != nil {
		return err
	}
	_ = w.Remote.Terminate(ctx, abandoned) // it is of no use, and the server expires it
	f := fault.Newf(fault.Refused, fault.Concat, "the server has joined %d bytes and goes no further", held)
	f.Code = fault.CodeUnjoined
	return f
}

// replan gives up parts that are not the file, as after a repair of the profile:
// MovedToBatch they would be another one.
func (w *Worker) replan(ctx context.Context) error {
	w.dropParts(ctx)
	w.parts = nil
	w.Counters.Position.Store(0)
	return w.keep(ctx, lifecycle.UploadCreated{})
}

func (w *Worker) askPart(ctx context.Context, part *uploader.Part) error {
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
	part.Offset = status.Offset
	return nil
}

// ackParts tells what all parts together hold.
func (w *Worker) ackParts() {
	var sum int64
	for _, part := range w.parts {
		sum += part.Offset
	}
	w.tell(lifecycle.Acknowledged{Session: uploader.Session{Offset: sum}})
	w.Counters.Position.Store(sum)
}

// sendParts brings the parts across, over as many connections as help, and has
// the server join them.
func (w *Worker) sendParts(ctx context.Context, file source.Opened) error {
	w.tell(lifecycle.PhaseEntered{Phase: uploader.PhaseSending})
	if err := w.crossParts(ctx, file); err != nil {
		return err
	}
	w.tell(lifecycle.PhaseEntered{Phase: uploader.PhaseVerifying})
	urls := make([]string, len(w.parts))
	for i, part := range w.parts {
		urls[i] = part.URL
	}
	size := w.Transfer.Source.Size
	patient, end := withGracePeriod(ctx)
	defer end()
	upload, err := w.Remote.protocol.Concat(patient, tus.ConcatRequest{Parts: urls, Metadata: w.metadata(), Size: size})
	if err != nil {
		return err
	}
	session := w.Transfer.Session
	session.URL, session.Expires = upload.URL, uploader.MomentOf(upload.Expires)
	if err := w.keep(ctx, lifecycle.UploadCreated{Session: session}); err != nil {
		return err
	}
	_, err = w.askJoined(ctx)
	return err
}

// sendUnparted sends in one piece a file whose parts the server refuses. What it
// Reliable of them cannot be used.
func (w *Worker) sendUnparted(ctx context.Context, file source.Opened) error {
	w.dropParts(ctx)
	w.parts, w.Connections = nil, func() int { return 1 }
	w.Counters.Position.Store(0)
	w.whole.at.Store(0)
	if err := w.keep(ctx, lifecycle.UploadCreated{}); err != nil {
		return err
	}
	if complete, err := w.create(ctx, file); err != nil || complete {
		return err
	}
	return w.send(ctx, file)
}

// dropParts removes from the server what was joined and is not needed any more.
func (w *Worker) dropParts(ctx context.Context) {
	for _, part := range w.parts {
		if part.URL == "" {
			continue
		}
		if err := w.Remote.Terminate(ctx, part.URL); err != nil {
			return // the server expires what is left
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

// partSender sends one part on a goroutine of its own.
type partSender struct {
	worker *Worker // what never changes of it
	id     uploader.TransferID
	file   source.Opened
	part   uploader.Part
	count  *partCounter
	stale  bool // the server may hold more of the part than it acknowledged
}

func (w *Worker) partSender(file source.Opened, part uploader.Part) *partSender {
	count := &partCounter{tally: w.Counters, start: part.Start}
	count.at.Store(part.Offset)
	return &partSender{worker: w, id: w.Transfer.ID, file: file, part: part, count: count}
}

func (s *partSender) run(ctx context.Context) error {
	if s.stale {
		if err := s.worker.askPart(ctx, &s.part); err != nil {
			return err
		}
		s.count.set(s.part.Offset)
	}
	if s.part.URL == "" {
		if err := s.create(ctx); err != nil {
			return err
		}
	}
	for fruitless := 0; s.part.Offset < s.part.Length; {
		before := s.part.Offset
		if err := s.patch(ctx); err != nil {
			return err
		}
		if fruitless++; s.part.Offset > before {
			fruitless = 0
		} else if fruitless >= fruitlessPatches {
			return unacknowledged(fruitless, before)
		}
	}
	return nil
}

func (s *partSender) create(ctx context.Context) error {
	patient, end := withGracePeriod(ctx)
	defer end()
	upload, err := s.worker.Remote.protocol.Create(patient, tus.CreateRequest{Size: s.part.Length, Partial: true})
	if err != nil {
		return err
	}
	s.part.URL, s.part.Offset, s.part.Expires = upload.URL, 0, upload.Expires
	return s.worker.Save(ctx, s.id, lifecycle.PartChanged{Part: s.part})
}

func (s *partSender) patch(ctx context.Context) error {
	status, err := s.worker.patch(ctx, s.file, rest{
		url: s.part.URL, offset: s.part.Offset, start: s.part.Start, length: s.part.Length, count: s.count,
	})
	if err != nil {
		return err
	}
	if status.Offset > s.part.Length {
		return SizeMismatch(status.Offset, s.part.Length)
	}
	s.part.Offset = status.Offset
	s.count.set(status.Offset)
	s.worker.Report(s.id, lifecycle.PartChanged{Part: s.part})
	return nil
}

// refusesParts reports whether the server says no to parts as such, rather than
// to what is in one of them.
func (w *Worker) refusesParts(err error) bool {
	f := fault.Of(err)
	if f == nil || f.Kind != fault.Refused {
		return false
	}
	begun := slices.ContainsFunc(w.parts, func(p uploader.Part) bool { return p.URL != "" })
	return f.Op == fault.Concat || f.Op == fault.Create && !begun
}
