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
	c := newClient(t)
	upload, err := c.send(r.Endpoint(), map[string]string{"filename": "a"}, []byte("abc"))
	if err != nil {
		t.Fatal(err)
	}
	c.head(upload)
	stop()
	at, err := url.Parse(r.Endpoint())
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(text.String(), strings.Trim(at.Path, "/")) {
		t.Errorf("log contains the secret:\n%s", &text)
	}
	if !strings.Contains(text.String(), "file received") || strings.Contains(text.String(), "level=INFO") {
		t.Errorf("log:\n%s", &text)
	}
}

func TestFolderRemovedWhileServing(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("a folder in use cannot be removed on Windows")
	}
	dir := filepath.Join(t.TempDir(), "dir")
	r := open(t, receiver.Config{Dir: dir})
	stop := serve(t, r)
	c := newClient(t)
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	header := map[string]string{"Upload-Length": "3", "Upload-Metadata": encode(map[string]string{"filename": "a"})}
	upload := c.want(http.StatusCreated, c.do(http.MethodPost, r.Endpoint(), header, nil)).header.Get("Location")
	for name, got := range map[string]response{"patch": c.patch(upload, 0, "abc"), "patch again": c.patch(upload, 3, "")} {
		if got.status != http.StatusInternalServerError || !strings.Contains(got.body, "ERR_DISK") || strings.Contains(got.body, dir) {
			t.Errorf("%s: status %d: %s", name, got.status, got.body)
		}
	}
	if got := c.head(upload); got.status != http.StatusInternalServerError {
		t.Errorf("HEAD of an upload that could not be finished: status %d", got.status)
	}
	stop()
	serve(t, open(t, receiver.Config{Dir: dir}))
	wantReceived(t, dir, map[string]string{"a": "abc"})
}
