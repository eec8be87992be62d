package uploader

import (
	"context"

	"github.com/ferryapp/ferry/uploader/tus"
)

// VersionObserver is a [Protocol] that finds out whether its server sends the
// protocol's version in its responses ([ServerOptions.SendsVersion],
// [ServerOptions.OmitsVersion]).
type VersionObserver interface {
	// Version reports what is known: from responses, or before these from the server's
	// options. At most one of the results is true. It may be called from any goroutine.
	Version() (sent, omitted bool)
}

// AddressObserver is a [Protocol] that finds out whether its server is on the public
// internet ([ServerOptions.PublicAddress]).
type AddressObserver interface {
	// PublicAddress reports what is known: from connections, or before these from the
	// server's options. It may be called from any goroutine.
	PublicAddress() bool
}

// FolderMaker is a [Protocol] that can create folders on its server
// ([FoldersByMKCOL]).
type FolderMaker interface {
	// MakeFolder creates the folder below the endpoint with a path of segments. Its
	// parent must exist. A folder that exists is a success.
	MakeFolder(ctx context.Context, path []string) error
}

// CookieKeeper is a [Protocol] that keeps the cookies of its server. Its methods may be
// called from any goroutine. Saved cookies are credentials: they are not logged.
type CookieKeeper interface {
	// RestoreCookies adds saved cookies, unless any were changed before.
	RestoreCookies(saved string)

	// CookieVersion returns a number that changes with the cookies.
	CookieVersion() uint64

	// SavedCookies returns the cookies to be saved, "" for none, and their version.
	SavedCookies() (saved string, version uint64)

	// ForgetUpload removes the cookies of an upload that has ended.
	ForgetUpload(url string)

	// ClearCookies removes all cookies.
	ClearCookies()
}

// Protocol is a client of one server. Implementations are safe for concurrent use.
// Every error is a *fault.Fault, or wraps the error of ctx. Nothing is retried.
type Protocol interface {
	// Probe returns what the server supports. A response that does not tell it yields
	// Capabilities that are not known, and no error.
	Probe(ctx context.Context) (tus.Capabilities, error)

	// Create creates an upload. With a body, its first bytes are sent too. An upload
	// that is complete may have no URL.
	Create(ctx context.Context, request tus.CreateRequest) (tus.Upload, error)

	// Head returns the offset of an upload.
	Head(ctx context.Context, url string) (tus.Status, error)

	// PatchWith sends bytes, and returns the acknowledged offset. The server may
	// acknowledge fewer bytes than were sent.
	PatchWith(ctx context.Context, request tus.PatchRequest) (tus.Status, error)

	// Concat joins parts, in the given order, into one upload. It fails with a fault
	// of kind Refused if the server does not support that.
	Concat(ctx context.Context, request tus.ConcatRequest) (tus.Upload, error)

	// Terminate deletes an upload. It fails with a fault of kind Gone if the server does
	// not have it.
	Terminate(ctx context.Context, url string) error
}
