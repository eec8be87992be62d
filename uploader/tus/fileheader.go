package tus

import (
	"context"
	"net/http"
)

type fileHeaderKey struct{}

// WithFileHeader returns a context whose requests have these header fields besides those
// of [Config.Header], which they replace if they have the same name: a service may issue
// its own sign-in for each file. They go to the endpoint's own origin only, and are
// removed from texts like secrets. The fields must be valid.
func WithFileHeader(ctx context.Context, header http.Header) context.Context {
	if len(header) == 0 {
		return ctx
	}
	return context.WithValue(ctx, fileHeaderKey{}, canonicalHeader(header))
}

// fileHeader returns the header fields of [WithFileHeader]; nil for none.
func fileHeader(ctx context.Context) http.Header {
	header, _ := ctx.Value(fileHeaderKey{}).(http.Header)
	return header
}
