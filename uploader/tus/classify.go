package tus

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"slices"
	"strings"
	"syscall"

	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/netx"
)

// statusRule maps responses to a kind of fault.
type statusRule struct {
	ops      []fault.Op // empty for every operation
	from, to int        // statuses, inclusive
	codes    []string   // tusd's error codes; empty for any or none
	kind     fault.Kind
}

// statusRules are the rules for responses without a 2xx or redirect status. The
// first that matches applies. Tus-Resumable makes no difference to them.
var statusRules = []statusRule{
	{codes: []string{"ERR_UPLOAD_INTERRUPTED", "ERR_UNEXPECTED_EOF", "ERR_LOCK_TIMEOUT"}, from: 400, to: 599, kind: fault.Transient},
	{codes: []string{"ERR_UPLOAD_STOPPED", "ERR_UPLOAD_REJECTED"}, from: 400, to: 400, kind: fault.Refused},
	{codes: []string{"ERR_MODIFY_FINAL", "ERR_ORIGIN_NOT_ALLOWED"}, from: 403, to: 403, kind: fault.Refused},

	{ops: []fault.Op{fault.Concat}, codes: []string{"ERR_UPLOAD_NOT_FINISHED"}, from: 400, to: 400, kind: fault.Conflict}, // a part is not complete

	{ops: []fault.Op{fault.Terminate, fault.Concat, fault.MakeFolder}, from: 403, to: 403, kind: fault.Refused}, // the feature is disabled; it is not a missing sign-in
	{from: 401, to: 401, kind: fault.Auth},
	{from: 403, to: 403, kind: fault.Auth},
	{from: 407, to: 407, kind: fault.Auth},

	{ops: []fault.Op{fault.Head, fault.Patch, fault.Terminate, fault.Concat}, from: 404, to: 404, kind: fault.Gone},
	{ops: []fault.Op{fault.Head, fault.Patch, fault.Terminate, fault.Concat}, from: 410, to: 410, kind: fault.Gone},

	{from: 408, to: 408, kind: fault.Transient},
	{ops: []fault.Op{fault.Patch}, from: 409, to: 409, kind: fault.Conflict},
	{ops: []fault.Op{fault.Create, fault.Concat}, codes: []string{"ERR_MISMATCHED_OFFSET"}, from: 409, to: 409, kind: fault.Transient}, // about the body, not the name
	{ops: []fault.Op{fault.Create, fault.Concat}, from: 409, to: 409, kind: fault.Exists},
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

// kindOf returns the kind of a response. A creation URL that rejects uploads without
// a Tus-Resumable header is NotTus.
func kindOf(op fault.Op, status int, code string, isTus bool) fault.Kind {
	if !isTus && isWrongURLStatus(status) && op == fault.Create {
		return fault.NotTus
	}
	for _, rule := range statusRules {
		if rule.matches(op, status, code) {
			return rule.kind
		}
	}
	return fault.Refused
}

func (s statusRule) matches(op fault.Op, status int, code string) bool {
	return s.from <= status && status <= s.to &&
		(len(s.ops) == 0 || slices.Contains(s.ops, op)) &&
		(len(s.codes) == 0 || slices.Contains(s.codes, code))
}

// isWrongURLStatus reports whether the creation URL of a tus server never responds to
// POST with this status: web servers do.
func isWrongURLStatus(status int) bool {
	switch status {
	case http.StatusNotFound, http.StatusGone, http.StatusMethodNotAllowed, http.StatusNotImplemented:
		return true
	default:
		return false
	}
}

// transportFault classifies an error of a round trip without a response.
func transportFault(op fault.Op, err error) *fault.Fault {
	if isExhausted(err) {
		return fault.NewExhausted(op, err)
	}
	f := fault.New(transportKind(err), op, err)
	if hasError[*net.AddrError](err) { // of a proxy: that of the server is checked by New
		f.Kind, f.Code = fault.Refused, fault.CodeServerSettings
		return f
	}
	if f.Kind == fault.TLS {
		setCertificateCode(f, err)
	}
	if statusErr, ok := errors.AsType[statusError](err); ok {
		f.Status = statusErr.HTTPStatus()
		f.Kind = kindOf(op, f.Status, "", true)
	}
	if f.Kind == fault.Auth { // only a proxy can require a sign-in before there is a response
		f.Code = fault.CodeProxySignIn
	}
	return f
}

// setCertificateCode tells apart what the user can do about a certificate that one side
// does not trust. The detail of one that no known authority issued is its fingerprint.
func setCertificateCode(f *fault.Fault, err error) {
	if rejection, ok := errors.AsType[*netx.ClientCertificateError](err); ok {
		f.Code = fault.CodeClientCertNone
		if rejection.Configured {
			f.Code = fault.CodeClientCertRejected
		}
		return
	}
	if hasError[*netx.CertificateFingerprintError](err) {
		f.Code = fault.CodeCertificateChanged
		return
	}
	refused, ok := errors.AsType[*tls.CertificateVerificationError](err)
	if ok && hasError[x509.UnknownAuthorityError](err) && len(refused.UnverifiedCertificates) > 0 {
		f.Code, f.Detail = fault.CodeCertificateUnknown, netx.CertificateFingerprint(refused.UnverifiedCertificates[0].Raw)
	}
}

// isExhausted is [fault.IsExhausted], also for a name lookup, whose error contains only
// the text of the system's.
func isExhausted(err error) bool {
	if dnsErr, ok := errors.AsType[*net.DNSError](err); ok && strings.HasSuffix(dnsErr.Err, syscall.EMFILE.Error()) {
		return true
	}
	return fault.IsExhausted(err)
}

// statusError is an error with the status of an intermediary's response, such as a
// [netx.ProxyError].
type statusError interface {
	error
	HTTPStatus() int
}

func transportKind(err error) fault.Kind {
	if kind, ok := socksKind(err); ok {
		return kind
	}
	switch {
	case isTLS(err):
		return fault.TLS
	case hasError[tls.RecordHeaderError](err) || errors.Is(err, http.ErrSchemeMismatch): // the server uses plain HTTP
		return fault.NotTus
	case isErrno(err, offlineErrors) || hasError[*net.DNSError](err):
		return fault.Offline
	case isErrno(err, refusedErrors) || isDialTimeout(err):
		return fault.Unreachable
	default:
		return fault.Transient
	}
}

// isTLS reports whether the TLS handshake failed because one side does not trust the
// other.
func isTLS(err error) bool {
	if hasError[*netx.ClientCertificateError](err) || hasError[*netx.CertificateFingerprintError](err) || hasError[*tls.CertificateVerificationError](err) || hasError[x509.UnknownAuthorityError](err) ||
		hasError[x509.HostnameError](err) || hasError[x509.CertificateInvalidError](err) {
		return true
	}
	return findOpError(err, "remote error", "local error") != nil // a TLS alert
}

// isDialTimeout reports whether connecting timed out.
func isDialTimeout(err error) bool {
	opErr := findOpError(err, "dial")
	return opErr != nil && opErr.Timeout()
}

// hasError reports whether err is or wraps an error of type E.
func hasError[E error](err error) bool {
	_, ok := errors.AsType[E](err)
	return ok
}

func isErrno(err error, errnos []syscall.Errno) bool {
	return slices.ContainsFunc(errnos, func(errno syscall.Errno) bool { return errors.Is(err, errno) })
}

// bodyError returns the error of a caller's reader: a fault or a canceled context
// unchanged, any other error as a Bug.
func bodyError(op fault.Op, err error) error {
	if hasError[*fault.Fault](err) || errors.Is(err, context.Canceled) {
		return err
	}
	return fault.New(fault.Bug, op, err)
}
