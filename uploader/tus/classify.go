package tus

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"slices"
	"syscall"

	"github.com/ferryapp/ferry/uploader/fault"
)

// verdict is one line of the table that turns an answer into a kind of fault.
// The first line that fits an answer decides.
type verdict struct {
	ops      []fault.Op // empty: every operation
	from, to int        // statuses, both included
	codes    []string   // tusd's error codes; empty: any or none
	kind     fault.Kind
}

// verdicts is that table. It does not know of 2xx and of redirects, and says of
// an answer without a tus header what it says of any other.
var verdicts = []verdict{
	{codes: []string{"ERR_UPLOAD_INTERRUPTED", "ERR_UNEXPECTED_EOF", "ERR_LOCK_TIMEOUT"}, from: 400, to: 599, kind: fault.Transient},
	{codes: []string{"ERR_UPLOAD_STOPPED", "ERR_UPLOAD_REJECTED"}, from: 400, to: 400, kind: fault.Refused},
	{codes: []string{"ERR_MODIFY_FINAL", "ERR_ORIGIN_NOT_ALLOWED"}, from: 403, to: 403, kind: fault.Refused},

	{ops: []fault.Op{fault.Concat}, codes: []string{"ERR_UPLOAD_NOT_FINISHED"}, from: 400, to: 400, kind: fault.Conflict}, // a part is not what we take it for

	{ops: []fault.Op{fault.Terminate, fault.Concat}, from: 403, to: 403, kind: fault.Refused}, // no such ability, rather than no such right
	{from: 401, to: 401, kind: fault.Auth},
	{from: 403, to: 403, kind: fault.Auth},
	{from: 407, to: 407, kind: fault.Auth},

	{ops: []fault.Op{fault.Head, fault.Patch, fault.Terminate, fault.Concat}, from: 404, to: 404, kind: fault.Gone},
	{ops: []fault.Op{fault.Head, fault.Patch, fault.Terminate, fault.Concat}, from: 410, to: 410, kind: fault.Gone},

	{from: 408, to: 408, kind: fault.Transient},
	{ops: []fault.Op{fault.Patch}, from: 409, to: 409, kind: fault.Conflict},
	{from: 409, to: 409, kind: fault.Transient},
	{from: 413, to: 413, kind: fault.TooLarge},
	{from: 423, to: 423, kind: fault.Busy},
	{from: 425, to: 425, kind: fault.Transient},
	{from: 429, to: 429, kind: fault.Busy},
	{from: 460, to: 460, kind: fault.Transient},
	{from: 501, to: 501, kind: fault.Refused},
	{from: 503, to: 503, kind: fault.Busy},
	{from: 507, to: 507, kind: fault.Quota},
	{from: 500, to: 599, kind: fault.Transient},
	{from: 0, to: 999, kind: fault.Refused},
}

// kindOf looks an answer up in the table. At an address that neither takes
// uploads nor shows the protocol's mark there is no tus server.
func kindOf(op fault.Op, status int, code string, speaksTus bool) fault.Kind {
	if !speaksTus && wrongAddress(status) && (op == fault.Create || op == fault.Probe) {
		return fault.NotTus
	}
	for _, v := range verdicts {
		if v.fits(op, status, code) {
			return v.kind
		}
	}
	return fault.Refused
}

func (v verdict) fits(op fault.Op, status int, code string) bool {
	return v.from <= status && status <= v.to &&
		(len(v.ops) == 0 || slices.Contains(v.ops, op)) &&
		(len(v.codes) == 0 || slices.Contains(v.codes, code))
}

// wrongAddress reports whether a creation URL would not answer like this.
func wrongAddress(status int) bool {
	return status == http.StatusNotFound || status == http.StatusGone || status == http.StatusMethodNotAllowed
}

// transportFault classifies an error of a round trip that brought no answer.
func transportFault(op fault.Op, err error) *fault.Fault {
	f := fault.New(transportKind(err), op, err)
	if proxy, ok := errors.AsType[statusError](err); ok {
		f.Status = proxy.HTTPStatus()
		f.Kind = kindOf(op, f.Status, "", true)
	}
	if f.Kind == fault.Auth { // no server has been asked yet
		f.Code = fault.CodeProxy
	}
	return f
}

// statusError is an error that stands for the answer of something on the way to
// the server, as a proxy's.
type statusError interface {
	error
	HTTPStatus() int
}

func transportKind(err error) fault.Kind {
	if kind, refused := socksKind(err); refused {
		return kind
	}
	switch {
	case isTLS(err):
		return fault.TLS
	case isA[tls.RecordHeaderError](err) || errors.Is(err, http.ErrSchemeMismatch): // no TLS there
		return fault.NotTus
	case isAny(err, offlineErrors) || isA[*net.DNSError](err):
		return fault.Offline
	case isAny(err, refusedErrors) || isDialTimeout(err):
		return fault.Unreachable
	default:
		return fault.Transient
	}
}

// isTLS reports whether the two sides could not agree to trust each other.
func isTLS(err error) bool {
	if isA[*tls.CertificateVerificationError](err) || isA[x509.UnknownAuthorityError](err) ||
		isA[x509.HostnameError](err) || isA[x509.CertificateInvalidError](err) {
		return true
	}
	return during(err, "remote error", "local error") != nil // an alert of either side
}

// isDialTimeout reports whether nothing answered while connecting.
func isDialTimeout(err error) bool {
	dial := during(err, "dial")
	return dial != nil && dial.Timeout()
}

func isA[E error](err error) bool {
	_, ok := errors.AsType[E](err)
	return ok
}

func isAny(err error, codes []syscall.Errno) bool {
	return slices.ContainsFunc(codes, func(code syscall.Errno) bool { return errors.Is(err, code) })
}

// bodyFault names the error of a caller's reader. One that the caller has named
// already, and a context the caller ended, stay what they are.
func bodyFault(op fault.Op, err error) error {
	if isA[*fault.Fault](err) || errors.Is(err, context.Canceled) {
		return err
	}
	return fault.New(fault.Bug, op, err)
}
