package worker

import (
	"context"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/lifecycle"
	"github.com/ferryapp/ferry/uploader/tus"
)

const (
	// A server may take minutes to join parts. It is queried minJoinQueries times, and
	// once more for every joinQueryBytes of the file.
	minJoinQueries = 8
	joinQueryBytes = 1 << 30
)

// concatenation is the upload of a file in parts, which the server joins (tus 1.0.0,
// Concatenation).
type concatenation struct {
	*record

	file        *sourceFile
	remote      *Remote
	patcher     *patcher
	connections func() int // Config.Connections
	requested   bool       // Config.PartsRequested
	load        func(context.Context, uploader.TransferID) ([]uploader.Part, error)

	parts []uploader.Part // nil when the session has none
}

// plan decides whether the file is uploaded in parts, and saves the plan.
func (c *concatenation) plan(ctx context.Context, caps tus.Capabilities) (inParts bool, err error) {
	if !slices.Contains(caps.Extensions, tus.Concatenation) || c.remote.uploadPath(&c.transfer, c.file.batch.Folder) != nil {
		return false, nil // a part has no path of its own
	}
	parts := plan(c.transfer.Source.Size, c.connections(), c.remote.options())
	if parts == nil {
		return false, nil
	}
	if worthwhile, err := c.worthwhile(ctx); !worthwhile || err != nil {
		return false, err
	}
	c.parts = parts
	err = c.reportAndSave(ctx, lifecycle.PartsPlanned{Parts: parts})
	c.file.divide(c.extents(), false)
	return true, err
}

// worthwhile reports whether several connections may be faster than one. Joining costs
// the server a copy of the file. With low latency one connection uses all of the
// bandwidth, so parts are used only if the options request them.
func (c *concatenation) worthwhile(ctx context.Context) (bool, error) {
	if c.requested {
		return true, nil
	}
	return c.remote.highLatency(ctx)
}

// query queries the offset of each part. A part that the server no longer
// has restarts, the others resume. If the plan was lost, the file restarts.
func (c *concatenation) query(ctx context.Context) (err error) {
	if c.parts, err = c.load(ctx, c.id); err != nil {
		return err
	}
	if len(c.parts) != c.transfer.Session.Parts || !covers(c.parts, c.transfer.Source.Size) {
		return c.discard(ctx) // they do not make up the file, as after a repair of the profile
	}
	group, ctx := errgroup.WithContext(ctx)
	for i := range c.parts {
		group.Go(func() error {
			return CatchPanic(func() error { return c.remote.queryPart(ctx, c.record, &c.parts[i]) })
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	for _, part := range c.parts {
		c.emit(c.id, lifecycle.PartChanged{Part: part})
	}
	c.reportOffsets()
	return nil
}

// queryPart updates the offset of a part of the file of record.
func (r *Remote) queryPart(ctx context.Context, record *record, part *uploader.Part) error {
	if part.URL == "" {
		return nil
	}
	status, err := r.protocol.Head(ctx, part.URL)
	err = notVisible(err, part.Unconfirmed)
	switch {
	case fault.Is(err, fault.Gone):
		part.URL, part.Offset, part.Unconfirmed = "", 0, 0
		return nil
	case err != nil:
		return err
	}
	if err := checkLength(status, part.Length); err != nil {
		return err
	}
	record.acknowledgePart(part, status.Offset)
	return nil
}

// discard deletes the parts. The file restarts.
func (c *concatenation) discard(ctx context.Context) error {
	c.delete(ctx)
	c.parts = nil
	c.whole.reset(0)
	c.file.restart()
	return c.reportAndSave(ctx, lifecycle.UploadCreated{})
}

// reportOffsets reports the sum of the offsets of all parts.
func (c *concatenation) reportOffsets() {
	var sum int64
	for _, part := range c.parts {
		sum += part.Offset
	}
	c.report(lifecycle.Acknowledged{Session: uploader.Session{Offset: sum}, Poor: !c.progressed.Load()})
	c.whole.reset(sum)
}

// send sends the parts and has the server join them.
func (c *concatenation) send(ctx context.Context) error {
	c.report(lifecycle.PhaseEntered{Phase: uploader.PhaseSending})
	if err := c.sendParallel(ctx); err != nil {
		return err
	}
	c.report(lifecycle.PhaseEntered{Phase: uploader.PhaseVerifying})
	if err := c.join(ctx); err != nil {
		return err
	}
	_, err := c.checkJoined(ctx)
	return err
}

// join has the server join the parts into one upload, and saves its URL.
func (c *concatenation) join(ctx context.Context) error {
	urls := make([]string, len(c.parts))
	for i, part := range c.parts {
		urls[i] = part.URL
	}
	graceful, end := withGracePeriod(ctx)
	defer end()
	metadata := c.perFile.apply(c.file.withDigest(c.remote.metadata(&c.transfer, c.file.handle, c.file.settings.SendSHA256, c.file.batch)))
	request := tus.ConcatRequest{
		Parts: urls, Metadata: metadata, Size: c.transfer.Source.Size, Overwrite: c.transfer.Exists == uploader.ExistsOverwrite,
	}
	upload, err := c.remote.protocol.Concat(graceful, request)
	if err != nil {
		return err
	}
	session := c.transfer.Session
	session.URL, session.Expires, session.Unconfirmed = upload.URL, uploader.TimestampOf(upload.Expires), createdNow()
	return c.reportAndSave(ctx, lifecycle.UploadCreated{Session: session, Result: uploader.Result(upload.Result)})
}

// checkJoined verifies that the upload that the parts were joined into is complete,
// and deletes the parts. A joined upload accepts no data: if it is incomplete, the
// server is still joining.
func (c *concatenation) checkJoined(ctx context.Context) (complete bool, err error) {
	status, err := c.remote.protocol.Head(ctx, c.transfer.Session.URL)
	if err != nil {
		return false, notVisible(err, c.transfer.Session.Unconfirmed)
	}
	if status.Offset < c.transfer.Source.Size {
		return false, c.joinIncomplete(ctx, status.Offset)
	}
	if complete, err = c.acceptOffset(status); err != nil {
		return false, err
	}
	if c.parts, err = c.load(ctx, c.id); err != nil {
		return false, err
	}
	c.delete(ctx)
	return complete, nil
}

// joinIncomplete returns the fault for an upload of which the server has joined only
// so many bytes. After too many queries the joined upload is abandoned, and a retry
// by the user joins the parts once more.
func (c *concatenation) joinIncomplete(ctx context.Context, joined int64) error {
	if int(c.transfer.Attempt) < minJoinQueries+int(c.transfer.Source.Size/joinQueryBytes) {
		f := fault.Newf(fault.Busy, fault.Head, "server has joined %d bytes so far", joined)
		f.Code = fault.CodeConcatPending
		return f
	}
	session := c.transfer.Session
	abandoned := Deletion{URL: session.URL, Unconfirmed: session.Unconfirmed}
	session.URL, session.Unconfirmed = "", 0
	if err := c.reportAndSave(ctx, lifecycle.UploadCreated{Session: session}); err != nil {
		return err
	}
	_ = c.remote.Terminate(ctx, abandoned) // if it fails, the upload expires on the server
	f := fault.Newf(fault.Refused, fault.Concat, "server stopped joining after %d bytes", joined)
	f.Code = fault.CodeConcatFailed
	return f
}

// refused reports whether err means that the server does not accept parts, not only
// the content of one.
func (c *concatenation) refused(err error) bool {
	f := fault.Of(err)
	if f == nil || f.Kind != fault.Refused || f.ConcernsHost() {
		return false
	}
	created := slices.ContainsFunc(c.parts, func(p uploader.Part) bool { return p.URL != "" })
	return f.Op == fault.Concat || f.Op == fault.Create && !created
}

// disable makes plan return false from now on.
func (c *concatenation) disable() { c.connections = func() int { return 1 } }

// delete deletes the parts from the server, all at the same time, until one cannot be
// deleted. What is left expires.
func (c *concatenation) delete(ctx context.Context) {
	group, ctx := errgroup.WithContext(ctx)
	for _, part := range c.parts {
		if part.URL == "" {
			continue
		}
		group.Go(func() error {
			return CatchPanic(func() error {
				return c.remote.Terminate(ctx, Deletion{URL: part.URL, Unconfirmed: part.Unconfirmed})
			})
		})
	}
	_ = group.Wait() // what is left expires
}

// unfinished returns the indices of the parts that are not complete.
func (c *concatenation) unfinished() []int {
	var indices []int
	for i, part := range c.parts {
		if part.URL == "" || part.Offset < part.Length {
			indices = append(indices, i)
		}
	}
	return indices
}

// extents returns the uploads that the file consists of, in parts or not.
func (c *concatenation) extents() []extent { return extentsOf(&c.transfer, c.parts) }
