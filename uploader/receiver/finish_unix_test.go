//go:build !windows

package receiver

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/tus/tusd/v2/pkg/handler"
)

// TestF3FailedFinishLeavesNothing checks that an upload whose file could not be moved to the folder leaves
// one file there, whatever the client sends again.
func TestF3FailedFinishLeavesNothing(t *testing.T) {
	for _, metadata := range []string{"filename YQ==", "filename YQ==,ferryTransfer MQ=="} {
		t.Run(metadata, func(t *testing.T) {
			dir := t.TempDir()
			r, err := Open(Config{Dir: dir})
			if err != nil {
				t.Fatal(err)
			}
			ctx, stop := context.WithCancel(t.Context())
			served := make(chan error, 1)
			go func() { served <- r.Serve(ctx) }()
			finisher := r.storage.creations.store.finisher
			working := finisher.folder
			send := func() int {
				t.Helper()
				request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, r.Endpoint(), strings.NewReader("abc"))
				if err != nil {
					t.Fatal(err)
				}
				for name, value := range map[string]string{
					"Tus-Resumable": "1.0.0", "Upload-Length": "3", "Upload-Metadata": metadata, "Content-Type": "application/offset+octet-stream",
				} {
					request.Header.Set(name, value)
				}
				response, err := http.DefaultClient.Do(request)
				if err != nil {
					t.Fatal(err)
				}
				_ = response.Body.Close()
				return response.StatusCode
			}

			finisher.folder = newTestFolder(t, dir)
			_ = finisher.folder.root.Close() // every use of it fails
			for range 3 {
				if status := send(); status != http.StatusInternalServerError {
					t.Errorf("status %d", status)
				}
			}
			if left, err := os.ReadDir(filepath.Join(dir, uploadsDir)); len(left) > 0 || err != nil {
				t.Errorf("left in the folder: %v, %v", left, err)
			}
			finisher.folder = working
			if status := send(); status != http.StatusCreated {
				t.Errorf("status %d", status)
			}
			http.DefaultClient.CloseIdleConnections()
			stop()
			if err := <-served; err != nil {
				t.Error(err)
			}
			if r, err = Open(Config{Dir: dir}); err != nil {
				t.Fatal(err)
			}
			if err := r.Close(); err != nil {
				t.Error(err)
			}
			if err := os.RemoveAll(filepath.Join(dir, privateDir)); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(map[string]string{"a": "abc"}, contents(t, dir)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestF4DiskError(t *testing.T) {
	for _, test := range []struct {
		err  error
		want handler.Error
	}{
		{syscall.ENOSPC, errFull},
		{syscall.EDQUOT, errFull},
		{syscall.EMFILE, errNoFiles},
		{syscall.ENFILE, errNoFiles},
		{syscall.EROFS, errDisk},
		{syscall.EIO, errDisk},
		{fs.ErrPermission, errDisk},
		{fs.ErrNotExist, errDisk},
	} {
		t.Run(test.err.Error(), func(t *testing.T) {
			got, ok := errors.AsType[handler.Error](diskError(slog.New(slog.DiscardHandler), "write", &fs.PathError{Op: "write", Path: "/secret", Err: test.err}))
			if !ok {
				t.Fatal("not a handler.Error")
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
			if got.HTTPResponse.Header["Ferry-Error-Code"] != got.ErrorCode || strings.Contains(got.HTTPResponse.Body, "secret") {
				t.Errorf("response %v", got.HTTPResponse)
			}
		})
	}
}
