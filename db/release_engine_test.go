package db_test

import (
	"bytes"
	"net/http"
	"path/filepath"
	"strconv"
	"testing"

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
	const sending, held = uploader.TransferID(5), 1 << 20
	content := releaseContent()
	server := uploadtest.NewTusd(t)
	url := createPartialUpload(t, server.Endpoint, content, held)
	path := filepath.Join(t.TempDir(), "f.mov")
	writeFile(t, path, content)
	file, err := source.Disk{}.Stat(path)
	if err != nil {
		t.Fatal(err)
	}

	store := openDB(t, releaseCopy(t))
	saved, err := store.Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	changes := uploader.Changes{Servers: []uploader.Server{{ID: 2, Name: "Studio", Endpoint: server.Endpoint, OriginalEndpoint: server.Endpoint}}}
	for _, row := range saved.Transfers {
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

	e, stop := startEngine(t, store)
	waitUntil(t, e, "the upload", func(s *uploader.Snapshot) bool { return len(s.Transfers) == 1 && s.Transfers[0].Phase.Final() })
	done := e.Snapshot().Transfers[0]
	stop()
	if done.Phase != uploader.PhaseDone || done.ResumedFrom != held || done.Session.URL != url {
		t.Errorf("phase %v, resumed from %d at %s: %v", done.Phase, done.ResumedFrom, done.Session.URL, done.Fault)
	}
	stored := server.Stored(t)
	if len(stored) != 1 || stored[0].Size != int64(len(content)) {
		t.Errorf("server has %+v", stored)
	}
	closeDB(t, store)
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
