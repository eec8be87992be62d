package worker

import (
	"context"
	"slices"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/tus"
)

// perFile is what a service issued for this attempt to upload the file. The zero value is
// that of a server without such a service.
type perFile struct {
	uploader.PerFile

	used  bool             // something was issued
	begun uploader.Session // the session when it was issued
}

// requestPerFile asks the service for what it issues for the file, if there is one, and
// returns the context of the requests of this attempt. What was issued for an earlier
// attempt may have expired.
func (w *Worker) requestPerFile(ctx context.Context) (context.Context, error) {
	if w.request == nil {
		return ctx, nil
	}
	issued, err := w.request(ctx, w.transfer.Source.Path)
	if err != nil {
		return ctx, err
	}
	w.perFile = perFile{PerFile: issued, used: true, begun: w.transfer.Session}
	return tus.WithFileHeader(ctx, issued.Header), nil
}

// apply returns metadata with that of the service in place of pairs with the same key.
func (p perFile) apply(pairs []tus.Pair) []tus.Pair {
	for _, issued := range p.Metadata {
		pairs = append(slices.DeleteFunc(pairs, func(pair tus.Pair) bool { return pair.Key == issued.Key }), issued)
	}
	return pairs
}

// fault returns the fault that ends the attempt of a transfer with this session. A sign-in
// that was issued for the file and is rejected concerns only this file. It has expired if it
// was accepted before, so that the next attempt, with a new one, goes on.
func (p perFile) fault(f *fault.Fault, now uploader.Session) *fault.Fault {
	if !p.used || f == nil || f.Kind != fault.Auth || f.Code == fault.CodeProxySignIn {
		return f
	}
	rejected := *f
	rejected.Kind, rejected.Code = fault.Refused, fault.CodePerFileRejected
	if now.URL != p.begun.URL || now.Offset > p.begun.Offset {
		rejected.Kind, rejected.Code = fault.Transient, ""
	}
	return &rejected
}
