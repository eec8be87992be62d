package uploader

import (
	"context"

	"github.com/ferryapp/ferry/uploader/tus"
)

// Protocol is how the engine speaks with one server. Implementations are safe
// for use by several goroutines. Every error is a *fault.Fault, or wraps the
// error of a context the caller ended; nothing is tried twice.
type Protocol interface {
	// Probe asks what the server can do. A server that speaks the protocol but
	// refuses to be asked gives a zero Capabilities and no error.
	Probe(ctx context.Context) (tus.Capabilities, error)

	// Create makes an upload, and with a body sends its first bytes.
	Create(ctx context.Context, request tus.CreateRequest) (tus.Upload, error)

	// Head asks for the offset the server holds.
	Head(ctx context.Context, url string) (tus.Status, error)

	// PatchWith sends bytes, and returns what the server acknowledged, which may
	// be less.
	PatchWith(ctx context.Context, request tus.PatchRequest) (tus.Status, error)

	// Concat joins parts, in the order of their bytes, into one upload. A fault
	// of kind Refused is a server that does not.
	Concat(ctx context.Context, request tus.ConcatRequest) (tus.Upload, error)

	// Terminate removes the upload from the server. One that is gone already is
	// removed.
	Terminate(ctx context.Context, url string) error
}
