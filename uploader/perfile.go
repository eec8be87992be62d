package uploader

import (
	"context"
	"net/http"

	"github.com/ferryapp/ferry/uploader/tus"
)

// PerFile is what a service issued for the upload of one file. Its values are secrets, are
// valid for a while only, and are not saved.
type PerFile struct {
	Header   http.Header // of every request for the upload
	Metadata []tus.Pair  // of the upload, in place of usual metadata with the same keys
	URL      string      // of the upload, which already exists; "" if it is to be created
}

// PerFileFunc returns what a service issues for the file at path. Its errors are faults. It
// may be called from any goroutine.
type PerFileFunc func(ctx context.Context, path string) (PerFile, error)
