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
	"github.com/ferryapp/ferry/uploader/retry"
	"github.com/ferryapp/ferry/uploader/tus"
)

// Remote is one server as this run knows it: how to speak with it, and what it
// said it can do. Its methods may be called from any goroutine.
type Remote struct {
	Server   uploader.Server
	protocol uploader.Protocol

	asking           chan struct{} // Held by whoever asks the server, or looks at what it said
	probed, measured bool
	caps             tus.Capabilities
	responseTime     time.Duration // how long it takes to answer what costs it nothing

	bodyMost atomic.Int64 // no request carries more, as far as refusals told; 0: none was refused
	plain    atomic.Bool  // the server refused a body in the request that creates an upload

	mu      sync.Mutex
	refused []checksum // checksums that the server turned down
}

// longLine is from where on one connection may not fill the line to a server:
// what a system lets a connection keep on its way fills the fastest line that is
// shorter.
const longLine = 15 * time.Millisecond

func NewRemote(server uploader.Server, protocol uploader.Protocol) *Remote {
	r := &Remote{Server: server, protocol: protocol, asking: make(chan struct{}, 1)}
	r.bodyMost.Store(server.Profile.BodyMost)
	return r
}

// profile is the server's, with what was found out in this run.
func (r *Remote) profile() uploader.Profile {
	p := r.Server.Profile
	p.BodyMost = r.bodyMost.Load()
	return p
}

// bound has no request carry more than most from now on, and returns the bound
// that holds.
func (r *Remote) bound(most int64) int64 {
	for {
		known := r.bodyMost.Load()
		if known > 0 && known <= most {
			return known
		}
		if r.bodyMost.CompareAndSwap(known, most) {
			return most
		}
	}
}

// Capabilities asks the server once; a failed try is not remembered.
func (r *Remote) Capabilities(ctx context.Context) (tus.Capabilities, error) {
	select {
	case r.asking <- struct{}{}:
		defer func() { <-r.asking }()
	case <-ctx.Done():
		return tus.Capabilities{}, ctx.Err()
	}
	if r.probed {
		return r.caps, nil
	}
	began := time.Now()
	caps, err := r.protocol.Probe(ctx)
	if err != nil {
		return tus.Capabilities{}, err
	}
	r.caps, r.probed, r.responseTime = caps, true, time.Since(began)
	return caps, nil
}

// HighLatency reports whether the server is at the end of a long line. The first
// Match may have waited for a connection, so that a late one is asked for again.
func (r *Remote) HighLatency(ctx context.Context) (bool, error) {
	if _, err := r.Capabilities(ctx); err != nil {
		return false, err
	}
	select {
	case r.asking <- struct{}{}:
		defer func() { <-r.asking }()
	case <-ctx.Done():
		return false, ctx.Err()
	}
	if r.measured || r.responseTime < longLine {
		return r.responseTime >= longLine, nil
	}
	began := time.Now()
	if _, err := r.protocol.Probe(ctx); err != nil {
		return false, err
	}
	r.responseTime, r.measured = min(r.responseTime, time.Since(began)), true
	return r.responseTime >= longLine, nil
}

// Close gives back what the protocol holds, where it is an io.Closer.
func (r *Remote) Close() {
	if closer, ok := r.protocol.(io.Closer); ok {
		_ = closer.Close() // nothing of it is used any more
	}
}

// Destination is the server's stable name, the last part of a fingerprint: its
// endpoint may change, and what it holds is found all the same.
func Destination(s uploader.Server) string {
	if s.Builtin() {
		return "this-computer"
	}
	return cmp.Or(s.Identity, s.Endpoint)
}

// Terminate removes an upload, and fails with ErrNotDeleted where the server removes
// none. One whose URL was given stays the user's. A server in trouble is asked a
// few times more.
func (r *Remote) Terminate(ctx context.Context, url string) error {
	if r.Server.Profile.Given {
		return nil
	}
	for attempt := 0; ; attempt++ {
		err := r.terminateOnce(ctx, url)
		wait, again := retriesDeletion(err, attempt)
		if !again {
			return err
		}
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return err
		}
	}
}

func (r *Remote) terminateOnce(ctx context.Context, url string) error {
	caps, err := r.Capabilities(ctx)
	if err != nil {
		return err
	}
	if !slices.Contains(caps.Extensions, tus.Termination) {
		return ErrNotDeleted
	}
	return r.protocol.Terminate(ctx, url)
}

// ErrNotDeleted is why an upload stays where it is until the server lets go of it.
var ErrNotDeleted = errors.New("the server lets nobody remove uploads")

// retriesDeletion says when a server is asked once more that did not remove an
// upload, and whether it is.
func retriesDeletion(err error, attempt int) (time.Duration, bool) {
	f := fault.Of(err)
	if f == nil || attempt+1 >= maxDeletionTries || f.Kind != fault.Transient && f.Kind != fault.Busy {
		return 0, false
	}
	wait := retry.Decide(f, attempt, rand.Float64()).Delay //nolint:gosec // only for the jitter
	return wait, wait <= maxDeletionWait
}

// maxDeletionTries is how often a server in trouble is asked to remove an upload, and
// maxDeletionWait how long is waited before the next time at most.
const (
	maxDeletionTries = 4
	maxDeletionWait  = 10 * time.Second
)
