// Command s3server is an S3 server for tests: s3server ADDRESS BUCKET. It keeps its objects
// in memory, accepts any credentials, and prints a line when it accepts connections.
package main

import (
	"bytes"
	"fmt"
	"net"
	"net/http"
	"os"
	"sync"
	"time"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: s3server ADDRESS BUCKET")
		os.Exit(2)
	}
	if err := serve(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "s3server:", err)
		os.Exit(1)
	}
}

// serve serves an empty bucket. It returns only when the server fails.
func serve(address, bucket string) error {
	backend := s3mem.New()
	if err := backend.CreateBucket(bucket); err != nil {
		return err
	}
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	fmt.Println("listening", listener.Addr())
	handler := &emptyParts{next: gofakes3.New(backend).Server(), backend: backend, bucket: bucket, uploads: map[string]bool{}}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: time.Minute}
	return server.Serve(listener)
}

// emptyParts accepts a part of 0 bytes as the only one of an upload, as S3 does and
// gofakes3 does not.
type emptyParts struct {
	next    http.Handler
	backend gofakes3.Backend
	bucket  string

	mu      sync.Mutex
	uploads map[string]bool // IDs of uploads that have an empty part
}

// emptyETag is that of an object without content.
const emptyETag = `"d41d8cd98f00b204e9800998ecf8427e"`

func (h *emptyParts) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h.mu.Lock()
	defer h.mu.Unlock()
	id := r.URL.Query().Get("uploadId")
	switch {
	case r.Method == http.MethodPut && id != "" && r.ContentLength == 0:
		h.uploads[id] = true
		w.Header().Set("ETag", emptyETag)
	case r.Method == http.MethodPost && h.uploads[id]:
		key := r.URL.Path[len("/"+h.bucket+"/"):]
		if _, err := h.backend.PutObject(h.bucket, key, map[string]string{}, bytes.NewReader(nil), 0, nil); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "application/xml")
		fmt.Fprintf(w, "<CompleteMultipartUploadResult><Bucket>%s</Bucket><Key>%s</Key><ETag>%s</ETag></CompleteMultipartUploadResult>", h.bucket, key, emptyETag)
	default:
		h.mu.Unlock()
		defer h.mu.Lock()
		h.next.ServeHTTP(w, r)
	}
}
