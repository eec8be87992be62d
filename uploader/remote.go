package uploader

import (
	"context"
	"slices"
	"sync"

	"github.com/ferryapp/ferry/uploader/tus"
)

// remote is one server as this run knows it: how to speak with it, and what it
// said it can do. Its methods may be called from any goroutine.
type remote struct {
	server   Server
	protocol Protocol

	mu     sync.Mutex
	probed bool
	caps   tus.Capabilities
}

// capabilities asks the server once; a failed try is not remembered.
func (r *remote) capabilities(ctx context.Context) (tus.Capabilities, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.probed {
		return r.caps, nil
	}
	caps, err := r.protocol.Probe(ctx)
	if err != nil {
		return tus.Capabilities{}, err
	}
	r.caps, r.probed = caps, true
	return caps, nil
}

// destination is the server's stable name, the last part of a fingerprint. The
// built-in receiver's endpoint changes from run to run; its name does not.
func destination(s Server) string {
	if s.Builtin() {
		return "this-computer"
	}
	return s.Endpoint
}

// terminate removes an upload where the server can do that. One that cannot
// keeps it until it expires.
func (r *remote) terminate(ctx context.Context, url string) error {
	caps, err := r.capabilities(ctx)
	if err != nil {
		return err
	}
	if !slices.Contains(caps.Extensions, tus.Termination) {
		return nil
	}
	return r.protocol.Terminate(ctx, url)
}
