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

func TestTheSumOfASmallFileIsKept(t *testing.T) {
	t.Parallel()
	server := uploadtest.NewTusd(t)
	b := newBench(t, server.Endpoint)
	path := write(t, "a.txt", 1000)
	row := b.finished(b.add(path))[0]
	if got := hex.EncodeToString([]byte(row.SHA256)); got != sumOf(t, path) {
		t.Errorf("its sum is given as %s", got)
	}
}

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

func TestAnEditDuringAnOutageIsNoticed(t *testing.T) {
	b, _, proxy, path := underWay(t)
	proxy.Refuse()
	b.untilState(uploader.StateRetrying)
	restoringTime(t, path, func() { editFile(t, path, 1<<20) })
	proxy.Heal(t)
	b.do(uploader.Retry{Target: uploader.Everything()})
	b.untilState(uploader.StateChanged)
}
