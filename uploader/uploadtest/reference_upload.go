package uploadtest

import (
	"bytes"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"hash"
	"hash/crc32"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"
)

// upload is one upload of a Reference. Only content and length change after its
// creation.
type upload struct {
	busy sync.Mutex // held by the request that uses it

	metadata string // Upload-Metadata as sent
	concat   string // Upload-Concat as sent
	parts    []*upload
	expires  time.Time // zero: never

	content []byte
	length  int64 // -1 while deferred
}

func (u *upload) final() bool { return u.parts != nil }

// offset returns the number of bytes stored. It reports false for a final upload
// whose parts are not complete.
func (u *upload) offset() (int64, bool) {
	if !u.final() {
		return int64(len(u.content)), true
	}
	var sum int64
	for _, part := range u.parts {
		if part.length < 0 || int64(len(part.content)) < part.length {
			return 0, false
		}
		sum += part.length
	}
	return sum, true
}

// total returns the size in bytes, or -1 while it is not known.
func (u *upload) total() int64 {
	if !u.final() {
		return u.length
	}
	var sum int64
	for _, part := range u.parts {
		if part.length < 0 {
			return -1
		}
		sum += part.length
	}
	return sum
}

func (u *upload) complete() bool {
	offset, known := u.offset()
	return known && offset == u.total()
}

func (u *upload) expired(now time.Time) bool {
	return !u.expires.IsZero() && !u.complete() && now.After(u.expires)
}

// setExpires sets Upload-Expires if the upload is unfinished.
func (u *upload) setExpires(response *Response) {
	if !u.expires.IsZero() && !u.complete() {
		response.Header["Upload-Expires"] = u.expires.UTC().Format(http.TimeFormat)
	}
}

func (u *upload) bytes() []byte {
	if !u.final() {
		return u.content
	}
	var all []byte
	for _, part := range u.parts {
		all = append(all, part.content...)
	}
	return all
}

func (u *upload) stored() StoredFile {
	metadata, _ := parseMetadata(u.metadata)
	content := u.bytes()
	sum := sha256.Sum256(content)
	return StoredFile{
		Metadata: metadata, Final: u.final(),
		SHA256: hex.EncodeToString(sum[:]), Size: int64(len(content)), Length: u.total(),
	}
}

// post handles the creation of an upload.
func (s *Reference) post(r *http.Request) Response {
	u := &upload{metadata: r.Header.Get("Upload-Metadata"), concat: r.Header.Get("Upload-Concat")}
	if _, ok := parseMetadata(u.metadata); !ok {
		return respond(http.StatusBadRequest)
	}
	if status := s.setLength(u, r.Header); status != 0 {
		return respond(status)
	}
	response := respond(http.StatusCreated)
	if r.Header.Get("Content-Type") != "" {
		if status := s.readBody(u, r); status != 0 {
			return respond(status)
		}
		response.Header["Upload-Offset"] = strconv.Itoa(len(u.content))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.o.expiry > 0 {
		u.expires = s.now().Add(s.o.expiry)
		u.setExpires(&response)
	}
	s.lastUpload++
	name := strconv.Itoa(s.lastUpload)
	s.uploads[name] = u
	response.Header["Location"] = basePath + name
	return response
}

// setLength sets the upload's length or parts from the headers. It returns an
// error status if the headers are invalid, otherwise 0.
func (s *Reference) setLength(u *upload, header http.Header) (status int) {
	length, hasLength := header["Upload-Length"]
	deferred := header.Get("Upload-Defer-Length")
	names, final := strings.CutPrefix(u.concat, "final;")
	switch {
	case final && (hasLength || deferred != ""):
		return http.StatusBadRequest
	case final:
		return s.concatenate(u, strings.Split(names, " "))
	case u.concat != "" && u.concat != "partial", hasLength == (deferred != ""), deferred != "" && deferred != "1":
		return http.StatusBadRequest
	case deferred != "":
		u.length = -1
		return 0
	}
	return s.setLengthOnce(u, length[0])
}

// concatenate makes u the final upload of parts.
func (s *Reference) concatenate(u *upload, names []string) (status int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, name := range names {
		address, err := url.Parse(name)
		if err != nil {
			return http.StatusBadRequest
		}
		part := s.uploads[strings.TrimPrefix(address.Path, basePath)]
		switch {
		case part == nil:
			return http.StatusNotFound
		case part.concat != "partial":
			return http.StatusBadRequest
		}
		u.parts = append(u.parts, part)
	}
	return 0
}

// setLengthOnce parses and sets the upload's length.
func (s *Reference) setLengthOnce(u *upload, text string) (status int) {
	length, err := strconv.ParseUint(text, 10, 63)
	switch {
	case err != nil || int64(length) < int64(len(u.content)):
		return http.StatusBadRequest
	case s.o.maxSize > 0 && int64(length) > s.o.maxSize:
		return http.StatusRequestEntityTooLarge
	}
	u.length = int64(length)
	return 0
}

// patch handles the upload of a chunk.
func (s *Reference) patch(u *upload, r *http.Request) Response {
	switch {
	case u.final():
		return respond(http.StatusForbidden)
	case r.Header.Get("Upload-Offset") != strconv.Itoa(len(u.content)):
		return respond(http.StatusConflict)
	}
	if length := r.Header.Get("Upload-Length"); length != "" {
		if u.length >= 0 {
			return respond(http.StatusBadRequest)
		}
		s.mu.Lock()
		status := s.setLengthOnce(u, length)
		s.mu.Unlock()
		if status != 0 {
			return respond(status)
		}
	}
	if status := s.readBody(u, r); status != 0 {
		return respond(status)
	}
	response := respond(http.StatusNoContent, "Upload-Offset", strconv.Itoa(len(u.content)))
	u.setExpires(&response)
	return response
}

// statusChecksumMismatch is the status of a checksum mismatch, per the protocol.
const statusChecksumMismatch = 460

// readBody appends a request body to an upload. A body that ends early is stored
// unless it has a checksum; a body that fails its checksum is not stored.
func (s *Reference) readBody(u *upload, r *http.Request) (status int) {
	if r.Header.Get("Content-Type") != "application/offset+octet-stream" {
		return http.StatusUnsupportedMediaType
	}
	_, inTrailer := r.Trailer["Upload-Checksum"]
	checked := inTrailer || r.Header.Get("Upload-Checksum") != ""
	body, readErr := io.ReadAll(s.limitBody(u, r.Body))
	s.corruptBody(body)
	switch {
	case u.length >= 0 && int64(len(u.content)+len(body)) > u.length:
		return http.StatusRequestEntityTooLarge
	case readErr != nil:
		status = http.StatusBadRequest
	case checked:
		status = verifyChecksum(r.Header.Get("Upload-Checksum")+r.Trailer.Get("Upload-Checksum"), body)
	}
	if status == 0 || !checked {
		s.mu.Lock()
		defer s.mu.Unlock()
		u.content = append(u.content, body...)
	}
	return status
}

// limitBody lets one byte more than the remaining size through, to detect a body
// that is too long.
func (*Reference) limitBody(u *upload, body io.Reader) io.Reader {
	if u.length < 0 {
		return body
	}
	return io.LimitReader(body, u.length-int64(len(u.content))+1)
}

func (s *Reference) corruptBody(body []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.corruptBodies > 0 && len(body) > 0 {
		s.corruptBodies--
		body[len(body)/2] ^= 1
	}
}

// verifyChecksum compares a body with Upload-Checksum.
func verifyChecksum(checksum string, body []byte) (status int) {
	name, encoded, _ := strings.Cut(checksum, " ")
	want, err := base64.StdEncoding.DecodeString(encoded)
	sum, known := map[string]hash.Hash{"sha1": sha1.New(), "sha256": sha256.New(), "crc32": crc32.NewIEEE()}[name]
	if err != nil || !known {
		return http.StatusBadRequest
	}
	_, _ = sum.Write(body)
	if !bytes.Equal(sum.Sum(nil), want) {
		return statusChecksumMismatch
	}
	return 0
}

// parseMetadata parses Upload-Metadata strictly.
func parseMetadata(text string) (map[string]string, bool) {
	metadata := map[string]string{}
	if text == "" {
		return metadata, true
	}
	for entry := range strings.SplitSeq(text, ",") {
		key, encoded, _ := strings.Cut(entry, " ")
		value, err := base64.StdEncoding.Strict().DecodeString(encoded)
		if _, twice := metadata[key]; twice || key == "" || err != nil {
			return nil, false
		}
		metadata[key] = string(value)
	}
	return metadata, true
}
