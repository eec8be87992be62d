package program

import (
	"bytes"
	"encoding/base64"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// cmdUpload implements "upload VARIABLE FILE [BYTES]": it creates an upload for the file at
// $TUSD, as a service does that gives its URL away, sends its first bytes, and sets the
// variable to its URL.
func cmdUpload(ts *testscript.TestScript, _ bool, args []string) {
	content, err := os.ReadFile(ts.MkAbs(args[1]))
	ts.Check(err)
	name := base64.StdEncoding.EncodeToString([]byte(filepath.Base(args[1])))
	created := sendTus(ts, http.MethodPost, ts.Getenv("TUSD"), nil, "Upload-Length", strconv.Itoa(len(content)), "Upload-Metadata", "filename "+name)
	url := created.Get("Location")
	if len(args) > 2 {
		n, err := strconv.Atoi(args[2])
		ts.Check(err)
		sendTus(ts, http.MethodPatch, url, content[:n], "Upload-Offset", "0", "Content-Type", "application/offset+octet-stream")
	}
	ts.Setenv(args[0], url)
}

// cmdURLs implements "urls LIST [FILE] URL...": it writes a list of upload URLs, with the
// files if the URLs follow files.
func cmdURLs(ts *testscript.TestScript, _ bool, args []string) {
	var list strings.Builder
	for _, arg := range args[1:] {
		list.WriteString(arg)
		if strings.Contains(arg, "://") {
			list.WriteByte('\n')
		} else {
			list.WriteByte('\t')
		}
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(list.String()), 0o600))
}

// sendTus sends a request with pairs of header fields and returns the response's header.
func sendTus(ts *testscript.TestScript, method, url string, body []byte, fields ...string) http.Header {
	request, err := http.NewRequest(method, url, bytes.NewReader(body))
	ts.Check(err)
	request.Header.Set("Tus-Resumable", "1.0.0")
	for i := 0; i < len(fields); i += 2 {
		request.Header.Set(fields[i], fields[i+1])
	}
	response, err := http.DefaultClient.Do(request)
	ts.Check(err)
	ts.Check(response.Body.Close())
	if response.StatusCode/100 != 2 {
		ts.Fatalf("%s: %s", method, response.Status)
	}
	return response.Header
}

// cmdNowhere implements "nowhere TEXT": it checks that no file of the profile contains a
// text.
func cmdNowhere(ts *testscript.TestScript, _ bool, args []string) {
	ts.Check(filepath.WalkDir(ts.Getenv("FERRY_PROFILE"), func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		content, err := os.ReadFile(path)
		if bytes.Contains(content, []byte(args[0])) {
			ts.Fatalf("%s contains %q", path, args[0])
		}
		return err
	}))
}

// cmdMetadata implements "metadata FILE KEY=VALUE...": it checks metadata of the only
// upload of a file at the tusd; "KEY=" means that the key is missing.
func cmdMetadata(t *testing.T, ts *testscript.TestScript, tusd *uploadtest.Tusd, args []string) {
	sum := checksum(ts, ts.MkAbs(args[0]))
	for _, file := range tusd.Stored(t) {
		if file.SHA256 != sum {
			continue
		}
		for _, want := range args[1:] {
			key, value, _ := strings.Cut(want, "=")
			if got, sent := file.Metadata[key]; got != value || sent != (value != "") {
				ts.Fatalf("metadata %s is %q, want %q", key, got, value)
			}
		}
		return
	}
	ts.Fatalf("tusd does not have %s", args[0])
}
