// Package fault names what can go wrong with an upload. Every error that
// crosses a boundary (network, file system, database) is classified exactly
// once, at that boundary, into a Fault; from there on the engine decides by
// Kind and the interface speaks by Kind. The raw text survives in Detail, for
// the log and for a details pane, never as the sentence a person reads.
package fault

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"
)

// Kind is the class of a fault. Each has one action in the engine and one
// sentence for the user. The zero value is Bug: what nobody classified is ours.
type Kind uint8

// The kinds of fault.
const (
	Bug               Kind = iota // a defect of this program
	Offline                       // no network, no route, or the name cannot be resolved
	Unreachable                   // the host is there or not, but nothing accepts the connection
	Transient                     // a cut connection, a time-out, a gateway's hiccup
	Busy                          // the server asks for patience: 429, 503, a locked upload
	Conflict                      // the server holds another offset than we said
	Gone                          // the server no longer knows the upload
	Auth                          // the server wants a sign-in, or refuses the one it got
	Refused                       // the server says no, and would say so again
	NotTus                        // what answers at this address does not speak tus
	TooLarge                      // the server does not take files (or requests) of this size
	Quota                         // the server has no room left
	TLS                           // the server's certificate cannot be trusted
	Mismatch                      // the upload at this URL is not this file
	SourceChanged                 // the file is not the one the upload began with
	SourceMissing                 // the file is not there any more
	SourceDenied                  // the file may not be read
	SourceBusy                    // the file is locked, or still being written
	SourceUnsupported             // a pipe, a socket, a device: nothing with a beginning and an end
	LocalDisk                     // this computer's disk failed or is full
	Uploaded                      // the same file was uploaded before: again, or the old link?
	Several                       // unfinished uploads may be of this file, and none is proven to be
	SourceCut                     // a stream whose writer ended before it did
	kinds
)

var kindNames = [kinds]string{
	"bug", "offline", "unreachable", "transient", "busy", "conflict", "gone", "auth", "refused", "not-tus",
	"too-large", "quota", "tls", "mismatch", "source-changed", "source-missing", "source-denied", "source-busy",
	"source-unsupported", "local-disk", "uploaded", "several", "source-cut",
}

// String returns the kind's stable name, as kept in the database and printed in
// machine-readable output.
func (k Kind) String() string {
	if k < kinds {
		return kindNames[k]
	}
	return fmt.Sprintf("kind(%d)", uint8(k))
}

// Kinds lists every kind, in order of declaration.
func Kinds() []Kind {
	all := make([]Kind, kinds)
	for i := range all {
		all[i] = Kind(i)
	}
	return all
}

// ParseKind is the inverse of String. A name it does not know is Bug.
func ParseKind(name string) Kind {
	for i, n := range kindNames {
		if n == name {
			return Kind(i)
		}
	}
	return Bug
}

// Op is what was being done when the fault appeared.
type Op string

// The operations that can fail.
const (
	Probe     Op = "probe"
	Create    Op = "create"
	Head      Op = "head"
	Patch     Op = "patch"
	Terminate Op = "terminate"
	Concat    Op = "concat"
	Open      Op = "open"
	Read      Op = "read"
	Stat      Op = "stat"
	List      Op = "list"
	Save      Op = "save"
	Load      Op = "load"
	Run       Op = "run"
)

// Fault is one classified error. It is immutable once made.
type Fault struct {
	Kind       Kind
	Op         Op
	Status     int           // the HTTP status that said so; 0 when none did
	Code       string        // the server's own error code, such as ERR_UPLOAD_STOPPED
	RetryAfter time.Duration // what the server asked for (RFC 9110, 10.2.3); 0 when it did not
	Detail     string        // raw text for the log and the details pane; holds no secret

	cause error
}

// New makes a fault out of the error that showed it. A nil err is allowed.
func New(kind Kind, op Op, err error) *Fault {
	f := &Fault{Kind: kind, Op: op, cause: err}
	if err != nil {
		f.Detail = err.Error()
	}
	return f
}

// Newf makes a fault without an underlying error.
func Newf(kind Kind, op Op, format string, args ...any) *Fault {
	return &Fault{Kind: kind, Op: op, Detail: fmt.Sprintf(format, args...)}
}

// Error implements error.
func (f *Fault) Error() string {
	text := string(f.Op) + ": " + f.Kind.String()
	if f.Status != 0 {
		text += fmt.Sprintf(": %d %s", f.Status, http.StatusText(f.Status))
	}
	if f.Detail != "" {
		text += ": " + f.Detail
	}
	return text
}

// Unwrap returns the error the fault was made of, or nil.
func (f *Fault) Unwrap() error { return f.cause }

// Of returns the fault inside err. An error without one is unclassified and
// comes back as Bug; nil gives nil. A cancelled context is not a fault, and
// asking for one is a mistake of the caller: it comes back as Bug too.
func Of(err error) *Fault {
	if err == nil {
		return nil
	}
	if f, ok := errors.AsType[*Fault](err); ok {
		return f
	}
	return New(Bug, Run, err)
}

// Is reports whether err carries a fault of that kind.
func Is(err error, kind Kind) bool {
	f, ok := errors.AsType[*Fault](err)
	return ok && f != nil && f.Kind == kind
}

// Stopped reports whether err only says that the caller's context ended.
func Stopped(err error) bool {
	return errors.Is(err, context.Canceled)
}
