package program

import (
	"net/http"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// cmdStored implements "stored FILE [RELATIVE]": it checks that the tusd has exactly
// one upload with the file's name, that it is complete, and that its relative path is
// RELATIVE.
func cmdStored(t *testing.T, ts *testscript.TestScript, tusd *uploadtest.Tusd, args []string) {
	want := checksum(ts, ts.MkAbs(args[0]))
	name := filepath.Base(args[0])
	found := 0
	for _, file := range tusd.Stored(t) {
		if file.Metadata["filename"] != name {
			continue
		}
		found++
		if file.SHA256 != want || file.Size != file.Length {
			ts.Fatalf("tusd has %d of %d bytes of %s, or wrong ones", file.Size, file.Length, name)
		}
		if len(args) > 1 && file.Metadata["relativePath"] != args[1] {
			ts.Fatalf("relative path %q, want %q", file.Metadata["relativePath"], args[1])
		}
	}
	if found != 1 {
		ts.Fatalf("tusd has %d uploads of %s, want 1", found, name)
	}
}

// cmdChunks implements "chunks FILE BYTES": it checks that no PATCH request to the
// tusd had more bytes of the file, and that there were as many requests as that takes.
func cmdChunks(t *testing.T, ts *testscript.TestScript, tusd *uploadtest.Tusd, args []string) {
	maxBytes, err := strconv.ParseInt(args[1], 10, 64)
	ts.Check(err)
	var file uploadtest.StoredFile
	for _, stored := range tusd.Stored(t) {
		if stored.Metadata["filename"] == args[0] {
			file = stored
		}
	}
	requests := int64(0)
	for _, request := range tusd.Requests() {
		if request.Method != http.MethodPatch || filepath.Base(request.Path) != filepath.Base(file.Path) {
			continue
		}
		requests++
		if request.Body > maxBytes {
			ts.Fatalf("request of %d bytes, want at most %d", request.Body, maxBytes)
		}
	}
	if want := (file.Length + maxBytes - 1) / maxBytes; requests < want {
		ts.Fatalf("%d requests for %d bytes, want at least %d", requests, file.Length, want)
	}
}
