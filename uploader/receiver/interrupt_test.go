package receiver

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"testing/synctest"
	"time"

	"github.com/tus/tusd/v2/pkg/handler"
)

// openIn opens a receiver whose requests are handled by its handler directly, and creates an
// upload of so many bytes. It returns the path of the upload.
func openIn(t *testing.T, length string) (r *Receiver, path string) {
	t.Helper()
	r, err := Open(Config{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Close() })
	endpoint, err := url.Parse(r.Endpoint())
	if err != nil {
		t.Fatal(err)
	}
	created := handle(t, r, http.MethodPost, endpoint.Path, http.Header{"Upload-Length": {length}})
	location, err := url.Parse(created.Header().Get("Location"))
	if err != nil || created.Code != http.StatusCreated {
		t.Fatalf("status %d, %v", created.Code, err)
	}
	return r, location.Path
}

// handle has the receiver handle a request.
func handle(t *testing.T, r *Receiver, method, path string, header http.Header) *httptest.ResponseRecorder {
	t.Helper()
	ctx, end := context.WithCancel(t.Context())
	defer end()
	request := httptest.NewRequestWithContext(ctx, method, path, http.NoBody)
	request.Header = header
	request.Header.Set("Tus-Resumable", "1.0.0")
	recorder := httptest.NewRecorder()
	r.handler.ServeHTTP(recorder, request)
	return recorder
}

// TestF4LockTimeoutHasCodeInHeader holds the lock of an upload for longer than another
// request waits for it. The response to HEAD has no body.
func TestF4LockTimeoutHasCodeInHeader(t *testing.T) {
	for name, c := range map[string]struct {
		method string
		header http.Header
	}{
		"HEAD":                       {http.MethodHead, http.Header{}},
		"PATCH that states a digest": {http.MethodPatch, http.Header{"Upload-Offset": {"0"}, "Content-Type": {"application/offset+octet-stream"}, "Ferry-Digest": {"0"}}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r, path := openIn(t, "3")
				held, err := r.locker.NewLock(path[len(path)-32:])
				if err != nil {
					t.Fatal(err)
				}
				if err := held.Lock(t.Context(), func() {}); err != nil {
					t.Fatal(err)
				}
				got := handle(t, r, c.method, path, c.header)
				if code := got.Header().Get("Ferry-Error-Code"); code != handler.ErrLockTimeout.ErrorCode || got.Code != handler.ErrLockTimeout.HTTPResponse.StatusCode {
					t.Errorf("status %d, code %q", got.Code, code)
				}
				if err := held.Unlock(); err != nil {
					t.Fatal(err)
				}
				time.Sleep(time.Second) // tusd ends its goroutines a little later than a request
			})
		})
	}
}
