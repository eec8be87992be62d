package receiver

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/tus/tusd/v2/pkg/handler"

	"github.com/ferryapp/ferry/uploader/tus"
)

const (
	keyLength   = 24       // hexadecimal digits with which the IDs of a key begin
	maxMetadata = 16 << 10 // bytes of the header field
	maxDrain    = 16 << 20 // bytes of a repeated request that are read before the response
	lockTimeout = 20 * time.Second
)

// creation is the creation of an upload by one request.
type creation struct {
	key string // of the transfer that the client named; "" for none
	id  string // set by the store once the upload exists
}

type creationContextKey struct{}

// creationOf returns the creation of a request's context.
func creationOf(ctx context.Context) *creation {
	if c, ok := ctx.Value(creationContextKey{}).(*creation); ok {
		return c
	}
	return &creation{}
}

// creationHandler handles requests that create uploads, so that one transfer has one
// upload however often it is created. It passes all other requests to next.
type creationHandler struct {
	next     http.Handler
	store    *store
	locker   handler.Locker
	basePath string
}

// ServeHTTP implements [http.Handler].
func (h *creationHandler) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	if len(request.Header.Get("Upload-Metadata")) > maxMetadata {
		writeError(w, request, errMetadata)
		return
	}
	if request.Method == http.MethodPatch && request.Header.Get(tus.HeaderDigest) != "" {
		h.stateDigest(w, request)
		return
	}
	if request.Method != http.MethodPost || request.Header.Get("X-HTTP-Method-Override") != "" {
		h.next.ServeHTTP(w, request)
		return
	}
	created := &creation{key: transferKey(request.Header)}
	if created.key != "" {
		unlock, err := h.lock(request.Context(), "creation-"+created.key)
		if err != nil {
			writeError(w, request, err)
			return
		}
		defer unlock()
		earlier, found, err := h.earlier(request, created.key)
		switch {
		case err != nil:
			writeError(w, request, err)
			return
		case found:
			h.writeFinished(w, request, earlier)
			return
		}
	}
	recorder := &statusRecorder{ResponseWriter: w}
	h.next.ServeHTTP(recorder, request.WithContext(context.WithValue(request.Context(), creationContextKey{}, created)))
	if created.id != "" && recorder.status/100 != 2 {
		// The client does not have the URL of the upload, which has no file in the folder: it
		// must not get one in the next run. An error is logged.
		_ = h.store.remove(created.id, infoSuffix, doneSuffix)
	}
}

// lock locks an upload or a key. It interrupts the request that holds the lock, and waits
// for its end.
func (h *creationHandler) lock(ctx context.Context, id string) (unlock func(), err error) {
	lock, err := h.locker.NewLock(id)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, lockTimeout)
	defer cancel()
	if err := lock.Lock(ctx, func() {}); err != nil {
		return nil, err
	}
	return func() { _ = lock.Unlock() }, nil
}

// earlier returns the finished upload of an earlier request with the same key, if it is of
// the same content as far as that is stated. It removes one that is not finished: the client
// does not have its URL, or gave it up.
func (h *creationHandler) earlier(request *http.Request, key string) (info handler.FileInfo, found bool, err error) {
	id, found := h.store.finisher.ids.find(key)
	if !found {
		return info, false, nil
	}
	unlock, err := h.lock(request.Context(), id)
	if err != nil {
		return info, false, err
	}
	defer unlock()
	existing, err := h.store.GetUpload(request.Context(), id)
	if errors.Is(err, handler.ErrNotFound) {
		h.store.finisher.ids.remove(id)
		return info, false, nil
	}
	if err != nil {
		return info, false, err
	}
	switch existing := existing.(type) {
	case *finishedUpload:
		return existing.info, creates(request.Header, existing.info), nil
	default:
		return info, false, h.store.remove(id, infoSuffix)
	}
}

// creates reports whether a request to create an upload is for the file of a finished one, as
// far as both state the length and the digest: one file is stated later after a restart.
func creates(header http.Header, finished handler.FileInfo) bool {
	length := header.Get("Upload-Length")
	if length != "" && length != strconv.FormatInt(finished.Size, 10) {
		return false
	}
	stated := handler.ParseMetadataHeader(header.Get("Upload-Metadata"))[tus.MetadataDigest]
	had := finished.MetaData[tus.MetadataDigest]
	return stated == had || isUnstated(stated) || isUnstated(had)
}

// isUnstated reports whether the digest in the metadata of an upload is none.
func isUnstated(digest string) bool { return digest == "" || digest == tus.DigestLater }

// writeFinished responds to the creation of an upload that is finished.
func (h *creationHandler) writeFinished(w http.ResponseWriter, request *http.Request, info handler.FileInfo) {
	// A client that still sends may not read the response.
	_, _ = io.CopyN(io.Discard, request.Body, maxDrain)
	header := w.Header()
	header.Set("Tus-Resumable", tus.Version)
	scheme := "http://"
	if request.TLS != nil {
		scheme = "https://"
	}
	header.Set("Location", scheme+request.Host+h.basePath+info.ID)
	header.Set("Upload-Offset", strconv.FormatInt(info.Size, 10))
	w.WriteHeader(http.StatusCreated)
}

// transferKey returns the key of the transfer that a request to create an upload names, ""
// for none. A part of a transfer has none.
func transferKey(header http.Header) string {
	name := handler.ParseMetadataHeader(header.Get("Upload-Metadata"))[tus.MetadataTransfer]
	if name == "" || header.Get("Tus-Resumable") != tus.Version || strings.HasPrefix(header.Get("Upload-Concat"), "partial") {
		return ""
	}
	sum := sha256.Sum256([]byte(name))
	return hex.EncodeToString(sum[:])[:keyLength]
}

// statusRecorder records the status of a response.
type statusRecorder struct {
	http.ResponseWriter
	status int
}

// WriteHeader implements [http.ResponseWriter].
func (r *statusRecorder) WriteHeader(status int) {
	r.status = status
	r.ResponseWriter.WriteHeader(status)
}

// Unwrap is for [http.ResponseController].
func (r *statusRecorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

// idIndex finds the latest upload of a transfer. It may be used from any goroutine.
type idIndex struct {
	mu  sync.Mutex
	ids map[string]string // by the first keyLength digits
}

func newIDIndex() *idIndex { return &idIndex{ids: make(map[string]string)} }

// add adds an upload, in place of an earlier one.
func (x *idIndex) add(id string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.ids[id[:keyLength]] = id
}

// addUnfinished adds an upload unless there is another one, which may be finished.
func (x *idIndex) addUnfinished(id string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if _, ok := x.ids[id[:keyLength]]; !ok {
		x.ids[id[:keyLength]] = id
	}
}

// remove removes an upload, if it is the latest one.
func (x *idIndex) remove(id string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.ids[id[:keyLength]] == id {
		delete(x.ids, id[:keyLength])
	}
}

func (x *idIndex) find(key string) (id string, found bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	id, found = x.ids[key]
	return id, found
}
