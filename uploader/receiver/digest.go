package receiver

import (
	"context"
	"io"
	"net/http"
	"os"
	"path"
	"strconv"
	"sync"

	"github.com/tus/tusd/v2/pkg/handler"

	"github.com/ferryapp/ferry/uploader/digest"
	"github.com/ferryapp/ferry/uploader/tus"
)

// maxSeen is the number of uploads whose digest is computed while they are written. Others
// are read back at the end.
const maxSeen = 1000

// errDigest is the response if an upload does not have the stated digest.
var errDigest = newResponse(tus.CodeDigest, "the content that was received differs from what was sent", 460)

// awaitsDigest reports whether the client states the digest of an upload after its bytes.
func awaitsDigest(info handler.FileInfo) bool {
	return info.MetaData[tus.MetadataDigest] == tus.DigestLater
}

// seen is the digest of the beginning of an upload.
type seen struct {
	hash digest.Hasher
	end  int64 // of the bytes that were hashed
}

// seenBytes has the digests of the uploads that are being received. It may be used from any
// goroutine.
type seenBytes struct {
	mu   sync.Mutex
	byID map[string]*seen
}

func newSeenBytes() *seenBytes { return &seenBytes{byID: make(map[string]*seen)} }

// take removes and returns the digest of what an upload has. If its bytes were not all
// hashed, the result begins at its start.
func (s *seenBytes) take(id string) *seen {
	s.mu.Lock()
	defer s.mu.Unlock()
	if before, ok := s.byID[id]; ok {
		delete(s.byID, id)
		return before
	}
	return &seen{hash: digest.New()}
}

// put keeps the digest of what an upload has.
func (s *seenBytes) put(id string, now *seen) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.byID) < maxSeen {
		s.byID[id] = now
	}
}

// forget removes the digest of an upload that is finished or removed.
func (s *seenBytes) forget(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.byID, id)
}

// watch hashes what is read of src, which is appended to an upload at an offset. The result
// ends that: it is called with how many bytes were appended.
func (s *seenBytes) watch(info handler.FileInfo, offset int64, src io.Reader) (watched io.Reader, end func(appended int64)) {
	if info.MetaData[tus.MetadataDigest] == "" {
		return src, func(int64) {}
	}
	before := s.take(info.ID)
	if before.end != offset {
		return src, func(int64) {} // it is read back at the end
	}
	counted := &countingHash{hash: before.hash}
	return io.TeeReader(src, counted), func(appended int64) {
		if appended == counted.n {
			before.end += appended
			s.put(info.ID, before)
		}
	}
}

// countingHash counts what is written to a hash.
type countingHash struct {
	hash digest.Hasher
	n    int64
}

// Write implements [io.Writer].
func (h *countingHash) Write(p []byte) (int, error) {
	h.n += int64(len(p))
	return h.hash.Write(p)
}

// hashRest hashes the rest of a file of so many bytes. What was hashed when it fails is kept.
func (s *seen) hashRest(ctx context.Context, file io.ReaderAt, size int64) error {
	counted := &countingHash{hash: s.hash}
	rest := io.NopCloser(io.NewSectionReader(file, s.end, size-s.end))
	_, err := io.Copy(counted, &interruptibleBody{ReadCloser: rest, interrupted: ctx})
	s.end += counted.n
	return err
}

// verify returns errDigest unless the file of a complete upload has the digest that its
// client stated. Bytes that were not hashed when they arrived are read. If that is
// interrupted, the result is errInterrupted, and the next call continues it.
func (f *finisher) verify(ctx context.Context, info handler.FileInfo, stated string) error {
	known := f.seen.take(info.ID)
	err := f.readBack(ctx, info, known)
	f.seen.put(info.ID, known)
	if err != nil {
		return err
	}
	if got := known.hash.Digest().String(); got != stated {
		f.log.Error("received content differs from what was sent", "upload", info.ID, "size", info.Size, "digest", got, "stated", stated)
		return errDigest
	}
	return nil
}

// readBack hashes what is not known yet of the file of a complete upload.
func (f *finisher) readBack(ctx context.Context, info handler.FileInfo, known *seen) error {
	if known.end >= info.Size {
		return nil
	}
	file, err := f.files.OpenFile(info.ID, os.O_RDONLY, 0)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()
	interrupted, end := interruptedContext(ctx)
	defer end()
	err = known.hashRest(interrupted, file, info.Size)
	if err != nil && interrupted.Err() != nil {
		return errInterrupted
	}
	return err
}

// stateDigest handles a PATCH that states the digest of an upload, all of whose bytes were
// acknowledged. Repeating it after the upload is finished is a success.
func (h *creationHandler) stateDigest(w http.ResponseWriter, request *http.Request) {
	id := path.Base(request.URL.Path)
	unlock, err := h.lock(request.Context(), id)
	if err != nil {
		writeError(w, request, err)
		return
	}
	defer unlock()
	existing, err := h.store.GetUpload(request.Context(), id)
	if err != nil {
		writeError(w, request, err)
		return
	}
	info, _ := existing.GetInfo(request.Context()) // it never fails
	if unfinished, ok := existing.(*upload); ok {
		if info.SizeIsDeferred || info.Offset != info.Size || info.IsPartial {
			writeError(w, request, handler.ErrMismatchOffset)
			return
		}
		if err := h.store.finishStated(request.Context(), unfinished.info, request.Header.Get(tus.HeaderDigest)); err != nil {
			writeError(w, request, err)
			return
		}
	}
	w.Header().Set("Tus-Resumable", tus.Version)
	w.Header().Set("Upload-Offset", strconv.FormatInt(info.Size, 10))
	w.WriteHeader(http.StatusNoContent)
}
