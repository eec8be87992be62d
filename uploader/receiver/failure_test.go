package receiver_test

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/ferryapp/ferry/uploader/receiver"
)

func TestLogHoldsNoSecret(t *testing.T) {
	dir := t.TempDir()
	var text bytes.Buffer
	log := slog.New(slog.NewTextHandler(&text, &slog.HandlerOptions{Level: slog.LevelDebug}))
	r := open(t, receiver.Config{Dir: dir, Log: log})
	stop := serve(t, r)
	u := newUploader(t)
	upload, err := u.send(r.Endpoint(), map[string]string{"filename": "a"}, []byte("abc"))
	if err != nil {
		t.Fatal(err)
	}
	u.head(upload)
	stop()
	at, err := url.Parse(r.Endpoint())
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(text.String(), strings.Trim(at.Path, "/")) {
		t.Errorf("the secret is in the log:\n%s", &text)
	}
	if !strings.Contains(text.String(), "file received") || strings.Contains(text.String(), "level=INFO") {
		t.Errorf("the log:\n%s", &text)
	}
}

func TestFolderRemovedMeanwhile(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows does not let a folder in use be removed")
	}
	dir := filepath.Join(t.TempDir(), "dir")
	r := open(t, receiver.Config{Dir: dir})
	stop := serve(t, r)
	u := newUploader(t)
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	header := map[string]string{"Upload-Length": "3", "Upload-Metadata": encode(map[string]string{"filename": "a"})}
	upload := u.want(http.StatusCreated, u.do(http.MethodPost, r.Endpoint(), header, nil)).header.Get("Location")
	for what, got := range map[string]answer{"patch": u.patch(upload, 0, "abc"), "patch again": u.patch(upload, 3, "")} {
		if got.status != http.StatusInternalServerError || !strings.Contains(got.body, "ERR_DISK") || strings.Contains(got.body, dir) {
			t.Errorf("%s: status %d: %s", what, got.status, got.body)
		}
	}
	if got := u.head(upload); got.status != http.StatusInternalServerError {
		t.Errorf("what was not placed is called complete: %d", got.status)
	}
	stop()
	serve(t, open(t, receiver.Config{Dir: dir}))
	wantReceived(t, dir, map[string]string{"a": "abc"})
}
