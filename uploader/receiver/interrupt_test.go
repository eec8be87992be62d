package receiver

import (
	"bytes"
	"context"
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/tus/tusd/v2/pkg/handler"
	"github.com/tus/tusd/v2/pkg/memorylocker"

	"github.com/ferryapp/ferry/uploader/digest"
	"github.com/ferryapp/ferry/uploader/tus"
)

// openIn opens a receiver of a folder whose requests are handled by its handler directly, and
// creates an upload of so many bytes, whose digest is stated later. It returns the path of
// the upload.
func openIn(t *testing.T, dir, length string) (r *Receiver, path string) {
	t.Helper()
	r, err := Open(Config{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Close() })
	endpoint, err := url.Parse(r.Endpoint())
	if err != nil {
		t.Fatal(err)
	}
	metadata := "filename YQ==,ferryDigest " + base64.StdEncoding.EncodeToString([]byte(tus.DigestLater))
	created := handle(t, r, http.MethodPost, endpoint.Path, http.Header{"Upload-Length": {length}, "Upload-Metadata": {metadata}}, "")
	location, err := url.Parse(created.Header().Get("Location"))
	if err != nil || created.Code != http.StatusCreated {
		t.Fatalf("status %d, %v", created.Code, err)
	}
	return r, location.Path
}

// handle has the receiver handle a request with a body.
func handle(t *testing.T, r *Receiver, method, path string, header http.Header, body string) *httptest.ResponseRecorder {
	t.Helper()
	ctx, end := context.WithCancel(t.Context())
	defer end()
	request := httptest.NewRequestWithContext(ctx, method, path, strings.NewReader(body))
	request.Header = header
	request.Header.Set("Tus-Resumable", "1.0.0")
	recorder := httptest.NewRecorder()
	r.handler.ServeHTTP(recorder, request)
	return recorder
}

// statement returns the header of a PATCH that states a digest; "" for one that sends bytes.
func statement(offset, digest string) http.Header {
	header := http.Header{"Upload-Offset": {offset}, "Content-Type": {"application/offset+octet-stream"}}
	if digest != "" {
		header.Set(tus.HeaderDigest, digest)
	}
	return header
}

// TestF4LockTimeoutHasCodeInHeader holds the lock of an upload for longer than another
// request waits for it. The response to HEAD has no body.
func TestF4LockTimeoutHasCodeInHeader(t *testing.T) {
	for name, c := range map[string]struct {
		method string
		header http.Header
	}{
		"HEAD":                       {http.MethodHead, http.Header{}},
		"PATCH that states a digest": {http.MethodPatch, statement("0", "0")},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r, path := openIn(t, t.TempDir(), "3")
				held, err := r.locker.NewLock(path[len(path)-32:])
				if err != nil {
					t.Fatal(err)
				}
				if err := held.Lock(t.Context(), func() {}); err != nil {
					t.Fatal(err)
				}
				got := handle(t, r, c.method, path, c.header, "")
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

// TestF6ReadingBackContinues interrupts the reading of a file at its beginning.
func TestF6ReadingBackContinues(t *testing.T) {
	content := []byte(strings.Repeat("content ", 100_000))
	whole := digest.New()
	_, _ = whole.Write(content)
	ctx, end := context.WithCancel(t.Context())
	file := &readBackFile{content: content, read: end}
	known := &seen{hash: digest.New()}
	if err := known.hashRest(ctx, file, int64(len(content))); err == nil || known.end == 0 || known.end == int64(len(content)) {
		t.Fatalf("interrupted: %d bytes, %v", known.end, err)
	}
	file.min = known.end
	if err := known.hashRest(t.Context(), file, int64(len(content))); err != nil || known.end != int64(len(content)) {
		t.Errorf("continued: %d bytes, %v", known.end, err)
	}
	if file.again || known.hash.Digest() != whole.Digest() {
		t.Errorf("read again %v, digest %s, want %s", file.again, known.hash.Digest(), whole.Digest())
	}
}

// readBackFile calls read after each read of its content, and notes reads before min.
type readBackFile struct {
	content []byte
	read    func()
	min     int64
	again   bool
}

func (f *readBackFile) ReadAt(p []byte, at int64) (int, error) {
	f.again = f.again || at < f.min
	defer f.read()
	return bytes.NewReader(f.content).ReadAt(p, at)
}

// TestF6InterruptedStatement states the digest of an upload of which only the beginning was
// seen, as after a restart, to a receiver that shuts down. The next statement continues there:
// the test changes what was seen.
func TestF6InterruptedStatement(t *testing.T) {
	const content = "what was sent"
	whole, beginning := digest.New(), digest.New()
	_, _ = whole.Write([]byte(content))
	_, _ = beginning.Write([]byte(content[:5]))
	stated := statement("13", whole.Digest().String())
	dir := t.TempDir()
	r, path := openIn(t, dir, "13")
	if sent := handle(t, r, http.MethodPatch, path, statement("0", ""), content); sent.Code != http.StatusNoContent {
		t.Fatalf("status %d", sent.Code)
	}
	id := path[len(path)-32:]
	if err := os.WriteFile(filepath.Join(dir, uploadsDir, id), []byte("WHAT "+content[5:]), 0o600); err != nil {
		t.Fatal(err)
	}
	known := r.storage.creations.store.finisher.seen
	known.take(id)
	known.put(id, &seen{hash: beginning, end: 5})

	working, stop := r.stopped, r.stop
	r.stopped, r.stop = context.WithCancelCause(t.Context())
	r.handler = r.requireSecret()
	r.stop(handler.ErrServerShutdown)
	interrupted := handle(t, r, http.MethodPatch, path, stated, "")
	if code := interrupted.Header().Get("Ferry-Error-Code"); code != handler.ErrUploadInterrupted.ErrorCode {
		t.Errorf("status %d, code %q", interrupted.Code, code)
	}
	r.stopped, r.stop = working, stop
	r.handler = r.requireSecret()
	if finished := handle(t, r, http.MethodPatch, path, stated, ""); finished.Code != http.StatusNoContent {
		t.Errorf("status %d", finished.Code)
	}
	if _, err := os.Stat(filepath.Join(dir, "a")); err != nil {
		t.Error(err)
	}
}

// TestF6ReadingBackIsInterrupted checks when the context ends with which a request that holds
// the lock of an upload reads its file.
func TestF6ReadingBackIsInterrupted(t *testing.T) {
	const id = "upload"
	locks := locker{memorylocker.New()}
	wait := func() {
		other, _ := locks.NewLock(id)
		ctx, end := context.WithCancel(t.Context())
		end()
		_ = other.Lock(ctx, func() {}) // it asks the holder to release the lock
	}
	for name, interrupts := range map[string]func(shutDown, disconnect func()){
		"receiver shuts down":   func(shutDown, _ func()) { shutDown() },
		"client disconnects":    func(_, disconnect func()) { disconnect() },
		"another request waits": func(_, _ func()) { wait() },
	} {
		t.Run(name, func(t *testing.T) {
			stopped, shutDown := context.WithCancel(t.Context())
			defer shutDown()
			connected, disconnect := context.WithCancel(t.Context())
			defer disconnect()
			interruptible(stopped, http.HandlerFunc(func(_ http.ResponseWriter, request *http.Request) {
				held, _ := locks.NewLock(id)
				if err := held.Lock(request.Context(), func() {}); err != nil {
					t.Fatal(err)
				}
				defer func() { _ = held.Unlock() }()
				interrupted, end := interruptedContext(request.Context())
				defer end()
				if interrupted.Err() != nil {
					t.Error("ended at once")
				}
				interrupts(shutDown, disconnect)
				<-interrupted.Done()
			})).ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(connected, http.MethodPatch, "/", http.NoBody))
		})
	}
}
