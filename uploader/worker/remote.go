package worker

import (
	"cmp"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/netx"
	"github.com/ferryapp/ferry/uploader/retry"
	"github.com/ferryapp/ferry/uploader/source"
	"github.com/ferryapp/ferry/uploader/tus"
)

const (
	// minHighLatency is the latency from which on one connection may not use all of
	// the bandwidth: the send buffer of a connection no longer holds all of the data
	// in flight.
	minHighLatency = 15 * time.Millisecond

	// maxDeletionTries is how often the deletion of an upload is tried, and
	// maxDeletionWait the longest wait between two tries.
	maxDeletionTries = 4
	maxDeletionWait  = 10 * time.Second

	// maxUnknownAge is how long capabilities that are not known are used: an
	// intermediary may have rejected OPTIONS for a moment, in place of the server.
	maxUnknownAge = time.Minute
)

// ErrNotDeleted is returned by [Remote.Terminate] for a server that cannot delete
// uploads. They remain until they expire.
var ErrNotDeleted = errors.New("server does not support deleting uploads")

// Remote is the connection to a server, with what the server supports and has refused
// in this run. Its methods may be called from any goroutine.
type Remote struct {
	Server   uploader.Server
	protocol uploader.Protocol

	probing      chan struct{} // a lock for the fields below that can be awaited with a context
	probed       time.Time     // when caps were received; zero: never
	measured     bool
	caps         tus.Capabilities
	responseTime time.Duration // the shortest of those of the probes

	maxBody      atomic.Int64 // limit of a request in bytes, learned from refusals (413); 0: none
	noCreateBody atomic.Bool  // the server refused a body in a request that creates an upload

	yields  yields
	folders *folders
	whole   *wholeRequests

	mu      sync.Mutex
	refused []checksum
}

// NewRemote makes a Remote that uses a protocol, and closes it in Close.
func NewRemote(server uploader.Server, protocol uploader.Protocol) *Remote {
	whole := newWholeRequests(server.Options)
	r := &Remote{Server: server, protocol: protocol, probing: make(chan struct{}, 1), folders: newFolders(), whole: whole, yields: yields{whole: whole}}
	r.maxBody.Store(server.Options.MaxBody)
	return r
}

// Observe returns options with what was found out about the server.
func (r *Remote) Observe(options uploader.ServerOptions) uploader.ServerOptions {
	options.WholeRequests = r.whole.limit()
	if observer, ok := r.protocol.(uploader.VersionObserver); ok {
		options.SendsVersion, options.OmitsVersion = observer.Version()
	}
	if observer, ok := r.protocol.(uploader.AddressObserver); ok {
		options.PublicAddress = observer.PublicAddress()
	}
	return options
}

// options returns the server options, with the limits learned in this run.
func (r *Remote) options() uploader.ServerOptions {
	options := r.Server.Options
	options.MaxBody, options.WholeRequests = r.maxBody.Load(), r.whole.limit()
	return options
}

// limitBody limits requests to so many bytes, and returns the limit that applies,
// which may be lower already.
func (r *Remote) limitBody(limit int64) int64 {
	for {
		now := r.maxBody.Load()
		if now > 0 && now <= limit {
			return now
		}
		if r.maxBody.CompareAndSwap(now, limit) {
			return limit
		}
	}
}

// Capabilities returns what the server supports. It probes the server once. An error
// is not cached, and capabilities that are not known are for maxUnknownAge.
func (r *Remote) Capabilities(ctx context.Context) (tus.Capabilities, error) {
	select {
	case r.probing <- struct{}{}:
		defer func() { <-r.probing }()
	case <-ctx.Done():
		return tus.Capabilities{}, ctx.Err()
	}
	if !r.probed.IsZero() && (r.caps.Known || time.Since(r.probed) < maxUnknownAge) {
		return r.caps, nil
	}
	began := time.Now()
	caps, err := r.protocol.Probe(ctx)
	if err != nil {
		return tus.Capabilities{}, err
	}
	took := time.Since(began)
	if r.probed.IsZero() || took < r.responseTime {
		r.responseTime = took
	}
	r.caps, r.probed = caps, time.Now()
	return caps, nil
}

// highLatency reports whether the latency is so high that one connection may not use
// all of the bandwidth. The first response may have been late because a connection
// had to be made, so a second one is measured before it is trusted.
func (r *Remote) highLatency(ctx context.Context) (bool, error) {
	if _, err := r.Capabilities(ctx); err != nil {
		return false, err
	}
	select {
	case r.probing <- struct{}{}:
		defer func() { <-r.probing }()
	case <-ctx.Done():
		return false, ctx.Err()
	}
	if r.measured || r.responseTime < minHighLatency {
		return r.responseTime >= minHighLatency, nil
	}
	began := time.Now()
	if _, err := r.protocol.Probe(ctx); err != nil {
		return false, err
	}
	r.responseTime, r.measured = min(r.responseTime, time.Since(began)), true
	return r.responseTime >= minHighLatency, nil
}

// Close closes the protocol if it is an io.Closer.
func (r *Remote) Close() {
	if closer, ok := r.protocol.(io.Closer); ok {
		_ = closer.Close() // the protocol is not used any more
	}
}

// Fingerprinter returns a function that computes the fingerprint of a file for a
// server. It may be called from any goroutine.
func Fingerprinter(strategy source.Strategy, disk source.Disk, s uploader.Server) func(context.Context, source.File) (string, error) {
	destination := serverKey(s)
	return func(ctx context.Context, file source.File) (string, error) {
		return strategy(ctx, disk, file, destination)
	}
}

// serverKey returns the server's part of a fingerprint. It stays the same when the
// endpoint changes.
func serverKey(s uploader.Server) string {
	if s.Builtin() {
		return "this-computer"
	}
	return cmp.Or(s.OriginalEndpoint, s.Endpoint)
}

// Deletion is an upload that is to be deleted.
type Deletion struct {
	URL         string
	Unconfirmed uploader.Timestamp // as in [uploader.Session]
	Repeated    *uploader.Repeated // the same error again and again; nil if there is none
}

// Terminate deletes an upload, or returns ErrNotDeleted if the server cannot. It
// retries after transient faults, and while the server may only not show a new upload
// yet. An upload that the server does not have is a success, and so is one whose URL the
// user entered, which is not deleted.
func (r *Remote) Terminate(ctx context.Context, upload Deletion) error {
	if r.Server.Options.GivenURL {
		return nil
	}
	for attempt := 0; ; attempt++ {
		err := r.terminateOnce(ctx, upload.URL)
		wait, again := retryDeletion(err, attempt, upload.Unconfirmed)
		switch {
		case !again && fault.Is(err, fault.Gone):
			return nil
		case !again:
			return err
		}
		if netx.Sleep(ctx, wait) != nil {
			return err
		}
	}
}

func (r *Remote) terminateOnce(ctx context.Context, url string) error {
	caps, err := r.Capabilities(ctx)
	if err != nil {
		return err
	}
	if caps.Known && !slices.Contains(caps.Extensions, tus.Termination) {
		return ErrNotDeleted
	}
	return r.protocol.Terminate(ctx, url)
}

// retryDeletion reports whether a failed deletion is tried again, and after which
// wait.
func retryDeletion(err error, attempt int, unconfirmed uploader.Timestamp) (wait time.Duration, again bool) {
	f := fault.Of(err)
	if f != nil && f.Kind == fault.Gone && !unconfirmed.IsZero() {
		return retry.AwaitNewUpload(f, time.Since(unconfirmed.Time()))
	}
	if f == nil || attempt+1 >= maxDeletionTries || f.Kind != fault.Transient && f.Kind != fault.Busy {
		return 0, false
	}
	wait = retry.Decide(f, attempt, rand.Float64()).Delay //nolint:gosec // only for the jitter
	return wait, wait <= maxDeletionWait
}
