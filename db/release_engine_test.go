package db_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/ferryapp/ferry/db"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/source"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// TestEngineContinuesUploadOfPreviousRelease lets the engine resume the transfer that
// the previous release was sending when it ended, with the proof of content that the
// release saved. The path and the upload URL of the release do not exist here, so they
// are replaced by those of a file with the same content and of a real upload.
func TestEngineContinuesUploadOfPreviousRelease(t *testing.T) {
	t.Parallel()
	const held = 1<<20 + 1<<19
	for _, c := range []struct {
		name   string
		change func(content []byte) // of the file, which has another modification time in any case
		want   uploader.State
	}{
		{"touched", func([]byte) {}, uploader.StateDone},
		{"edited in what was sent", func(content []byte) { content[1<<20] ^= 1 }, uploader.StateChanged},
		{"edited behind the proof", func(content []byte) { content[len(content)-1] ^= 1 }, uploader.StateDone},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			content := releaseContent()
			server := uploadtest.NewTusd(t)
			url := createPartialUpload(t, server.Endpoint, content, held)
			c.change(content)
			path := filepath.Join(t.TempDir(), "f.mov")
			writeFile(t, path, content)
			file, err := source.Disk{}.Stat(path)
			if err != nil {
				t.Fatal(err)
			}
			store := openDB(t, releaseCopy(t))
			defer closeDB(t, store)
			keepOnlySending(t, store, server.Endpoint, url, file)

			e, stop := startEngine(t, store)
			waitUntil(t, e, "the upload", func(s *uploader.Snapshot) bool { return s.Transfers.Len() == 1 && s.Transfers.At(0).State() == c.want })
			ended := e.Snapshot().Transfers.At(0)
			stop()
			if ended.Session.URL != url || c.want == uploader.StateDone && ended.ResumedFrom != held {
				t.Errorf("resumed from %d at %s: %v", ended.ResumedFrom, ended.Session.URL, ended.Fault)
			}
			stored, sum := server.Stored(t), sha256.Sum256(content)
			if done := len(stored) == 1 && stored[0].SHA256 == hex.EncodeToString(sum[:]); done != (c.want == uploader.StateDone) {
				t.Errorf("server has %+v", stored)
			}
		})
	}
}

// keepOnlySending removes all transfers but the one that was being sent, and gives that
// another file, server and upload.
func keepOnlySending(t *testing.T, store *db.DB, endpoint, url string, file source.File) {
	t.Helper()
	const sending = uploader.TransferID(5)
	saved, err := store.Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	changes := uploader.Changes{Servers: []uploader.Server{{ID: 2, Name: "Studio", Endpoint: endpoint, OriginalEndpoint: endpoint}}}
	for row := range saved.Transfers.Values() {
		if row.ID != sending {
			changes.RemovedTransfers = append(changes.RemovedTransfers, row.ID)
			continue
		}
		row.Source, row.Session.URL = file, url
		changes.Transfers = append(changes.Transfers, row)
	}
	for _, b := range saved.Batches {
		if b.ID != 11 {
			changes.RemovedBatches = append(changes.RemovedBatches, b.ID)
		}
	}
	if err := store.Save(t.Context(), changes); err != nil {
		t.Fatal(err)
	}
	if proof, err := store.Proof(t.Context(), sending); err != nil || len(proof) == 0 {
		t.Fatalf("the saved proof has %d blocks, %v", len(proof), err)
	}
}

// createPartialUpload creates an upload of content that has its first bytes, and
// returns its URL.
func createPartialUpload(t *testing.T, endpoint string, content []byte, held int) string {
	t.Helper()
	do := func(method, url string, body []byte, header map[string]string) *http.Response {
		t.Helper()
		request, err := http.NewRequestWithContext(t.Context(), method, url, bytes.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Tus-Resumable", "1.0.0")
		for name, value := range header {
			request.Header.Set(name, value)
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
		if response.StatusCode/100 != 2 {
			t.Fatalf("%s: %s", method, response.Status)
		}
		return response
	}
	created := do(http.MethodPost, endpoint, nil, map[string]string{"Upload-Length": strconv.Itoa(len(content))})
	url := created.Header.Get("Location")
	do(http.MethodPatch, url, content[:held], map[string]string{"Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"})
	return url
}
