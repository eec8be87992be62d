package engine_test

import (
	"encoding/hex"
	"io"
	"os"
	"testing"
	"time"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

func TestSHA256OfSmallFileIsSaved(t *testing.T) {
	t.Parallel()
	server := uploadtest.NewTusd(t)
	h := newHarness(t, server.Endpoint)
	path := createFile(t, "a.txt", 1000)
	row := h.waitFinal(h.add(path))[0]
	if got := hex.EncodeToString([]byte(row.SHA256)); got != fileSHA256(t, path) {
		t.Errorf("SHA256 is %s", got)
	}
}

// keepModTime calls change and restores the modification time of the file.
func restoringTime(t *testing.T, path string, change func()) {
	t.Helper()
	before, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	change()
	if err := os.Chtimes(path, time.Time{}, before.ModTime()); err != nil {
		t.Fatal(err)
	}
}

// replaceByCopy replaces a file by a copy.
func replaceByCopy(t *testing.T, path string) {
	t.Helper()
	from, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer from.Close()
	to, err := os.Create(path + ".new")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(to, from); err != nil {
		t.Fatal(err)
	}
	if err := to.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(to.Name(), path); err != nil {
		t.Fatal(err)
	}
}

func TestSourceEditDetectedAfterOutage(t *testing.T) {
	h, _, proxy, path := startSlowUpload(t)
	proxy.Refuse()
	h.waitState(uploader.StateRetrying)
	restoringTime(t, path, func() { editFile(t, path, 1<<20) })
	proxy.Heal(t)
	h.do(uploader.Retry{Target: uploader.Everything()})
	h.waitState(uploader.StateChanged)
}
