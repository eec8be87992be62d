// Package fault defines the classified errors of uploads. Every error from the
// network, the file system or the database is converted into a [Fault] once, at
// the boundary where it occurs. The engine and the interface then decide by its
// [Kind]; the original text is kept in Fault.Detail for the log and the details
// pane.
package fault

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"
)

// Kind is the class of a fault. The zero value is Bug, so that an unclassified
// error counts as a defect of this program.
type Kind uint8

// The kinds of fault.
const (
	Bug               Kind = iota // a defect of this program
	Offline                       // no network, no route to the host, or a failed name lookup
	Unreachable                   // connection refused, or connecting timed out
	Transient                     // a broken connection, a timeout, or a gateway error
	Busy                          // the server asks to retry later: 429, 503, or a locked upload
	Conflict                      // the server's offset differs from the one sent
	Gone                          // the upload no longer exists on the server
	Auth                          // the server requires a sign-in or rejects the one sent
	Refused                       // the server rejects the request, and a retry would not help
	NotTus                        // the address is not that of a tus server
	TooLarge                      // the file or the request exceeds the server's maximum size
	Quota                         // the server has no storage left
	TLS                           // the server's certificate is not trusted
	Mismatch                      // the upload at this URL belongs to another file
	SourceChanged                 // the file differs from the one whose upload was started
	SourceMissing                 // the file no longer exists
	SourceDenied                  // no permission to read the file
	SourceBusy                    // the file is locked or still being written
	SourceUnsupported             // not a regular file: a pipe, a socket or a device
	LocalDisk                     // a local disk failed or is full
	AlreadyUploaded               // the same file was uploaded before; the user chooses whether to upload it again
	AmbiguousMatch                // several unfinished uploads may belong to this file, and none can be verified
	SourceTruncated               // a stream whose writer exited before completing it
	Exists                        // the server has a file with this name; the user chooses what becomes of the new one
	numKinds
)

var kindNames = [numKinds]string{
	"bug", "offline", "unreachable", "transient", "busy", "conflict", "gone", "auth", "refused", "not-tus",
	"too-large", "quota", "tls", "mismatch", "source-changed", "source-missing", "source-denied", "source-busy",
	"source-unsupported", "local-disk", "uploaded", "several", "source-cut", "exists",
}

// String returns the kind's stable name, which is stored in the database and
// printed in machine-readable output.
func (k Kind) String() string {
	if k < numKinds {
		return kindNames[k]
	}
	return fmt.Sprintf("kind(%d)", uint8(k))
}

// Kinds returns every kind, in order of declaration.
func Kinds() []Kind {
	all := make([]Kind, numKinds)
	for i := range all {
		all[i] = Kind(i)
	}
	return all
}

// ParseKind is the inverse of [Kind.String]. It returns Bug for an unknown name.
func ParseKind(name string) Kind {
	for i, n := range kindNames {
		if n == name {
			return Kind(i)
		}
	}
	return Bug
}

// Op is the operation that failed. The values are stored in the database.
type Op string

// The operations.
const (
	Probe      Op = "probe"
	Create     Op = "create"
	Head       Op = "head"
	Patch      Op = "patch"
	Terminate  Op = "terminate"
	MakeFolder Op = "make-folder" // MKCOL
	Concat     Op = "concat"
	Open       Op = "open"
	Read       Op = "read"
	Stat       Op = "stat"
	List       Op = "list"
	Save       Op = "save"
	Load       Op = "load"
	Run        Op = "run"
)

// Fault is a classified error. It must not be modified after it is created.
type Fault struct {
	Kind       Kind
	Op         Op
	Status     int           // the HTTP status of the response; 0 if there was none
	Code       string        // the server's error code, such as ERR_UPLOAD_STOPPED, or one of [Codes]
	RetryAfter time.Duration // from the Retry-After header (RFC 9110, 10.2.3); 0 if absent
	Detail     string        // text for the log and the details pane, without secrets

	// ServerMessage is what the server itself said in the body of its response: one line
	// of plain text, at most 300 characters and an ellipsis, without markup, control
	// characters and secrets; "" if there was none.
	ServerMessage string

	// Challenge is what the server asks for with a fault of kind Auth: its WWW-Authenticate
	// headers (RFC 9110, 11.6.1), at most 500 printable characters; "" if there were none. It
	// is not stored.
	Challenge string

	cause error
}

// New returns a fault that wraps err, which may be nil.
func New(kind Kind, op Op, err error) *Fault {
	f := &Fault{Kind: kind, Op: op, cause: err}
	if err != nil {
		f.Detail = err.Error()
	}
	return f
}

// Newf returns a fault with a formatted Detail and no underlying error.
func Newf(kind Kind, op Op, format string, args ...any) *Fault {
	return &Fault{Kind: kind, Op: op, Detail: fmt.Sprintf(format, args...)}
}

// Error implements the error interface.
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

// Plain returns a copy of f that wraps nothing, as a fault that was saved and is loaded again.
func (f *Fault) Plain() Fault {
	plain := *f
	plain.cause = nil
	return plain
}

// Same reports whether two faults, which may be nil, have the same fields. What they wrap is not
// compared.
func (f *Fault) Same(other *Fault) bool {
	if f == nil || other == nil {
		return f == other
	}
	return f.Plain() == other.Plain()
}

// Unwrap returns the underlying error, or nil.
func (f *Fault) Unwrap() error { return f.cause }

// Of returns the fault that err is or wraps, or nil if err is nil. Any other
// error is returned as a Bug, including a canceled context, which callers must
// check with [IsCanceled] first.
func Of(err error) *Fault {
	if err == nil {
		return nil
	}
	if f, ok := errors.AsType[*Fault](err); ok {
		return f
	}
	return New(Bug, Run, err)
}

// Is reports whether err is or wraps a fault of that kind.
func Is(err error, kind Kind) bool {
	f, ok := errors.AsType[*Fault](err)
	return ok && f != nil && f.Kind == kind
}

// FileInUse reports whether f, which may be nil, says that another program uses the file.
// No one knows when that ends, unlike with a program that is known to write the file and
// with a drive that is not there.
func (f *Fault) FileInUse() bool {
	if f == nil || f.Kind != SourceBusy {
		return false
	}
	switch f.Code {
	case CodeLengthPending, CodeDriveHangs, CodeDriveMissing:
		return false
	default:
		return true
	}
}

// ConcernsHost reports whether a request was not sent because of the host in a URL that
// the server returned.
func (f *Fault) ConcernsHost() bool {
	return f.Code == CodeHostNotAllowed || f.Code == CodeHostLocal || f.Code == CodeUnencrypted
}

// Forbidden reports whether the server does not allow the request to whoever sent it, so
// that another sign-in may help.
func (f *Fault) Forbidden() bool { return f != nil && f.Code == CodeForbidden }

// IsCanceled reports whether err is or wraps [context.Canceled].
func IsCanceled(err error) bool {
	return errors.Is(err, context.Canceled)
}
