package uploader_test

import (
	"encoding/hex"
	"io"
	"os"
	"testing"
	"time"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// TestTheSourceBetweenTwoTries is what can happen to a file of which the server
// holds a part, and what becomes of its upload.
func TestTheSourceBetweenTwoTries(t *testing.T) {
	const inSentPart, behindIt = 1 << 20, 11 << 20
	edit := func(t *testing.T, path string, at int64) {
		t.Helper()
		file, err := os.OpenFile(path, os.O_RDWR, 0)
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		if _, err := file.WriteAt([]byte("edited"), at); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		name   string
		happen func(t *testing.T, path string)
		want   uploader.State
	}{
		{"left alone", func(*testing.T, string) {}, uploader.StateDone},
		{"touched", func(t *testing.T, path string) {
			t.Helper()
			if err := os.Chtimes(path, time.Now(), time.Now()); err != nil {
				t.Fatal(err)
			}
		}, uploader.StateDone},
		{"edited where it was sent, time restored", func(t *testing.T, path string) {
			t.Helper()
			restoringTime(t, path, func() { edit(t, path, inSentPart) })
		}, uploader.StateChanged},
		{"edited where it was sent", func(t *testing.T, path string) { t.Helper(); edit(t, path, inSentPart) }, uploader.StateChanged},
		{"edited where it was not sent yet", func(t *testing.T, path string) { t.Helper(); edit(t, path, behindIt) }, uploader.StateDone},
		{"appended to", func(t *testing.T, path string) { t.Helper(); edit(t, path, 12<<20) }, uploader.StateChanged},
		{"truncated", func(t *testing.T, path string) {
			t.Helper()
			if err := os.Truncate(path, 6<<20); err != nil {
				t.Fatal(err)
			}
		}, uploader.StateChanged},
		{"replaced by a copy", func(t *testing.T, path string) {
			t.Helper()
			restoringTime(t, path, func() { replaceByCopy(t, path) })
		}, uploader.StateDone},
		{"deleted", func(t *testing.T, path string) {
			t.Helper()
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
		}, uploader.StateMissing},
		{"replaced by a folder", func(t *testing.T, path string) {
			t.Helper()
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
			if err := os.Mkdir(path, 0o700); err != nil {
				t.Fatal(err)
			}
		}, uploader.StateFailed},
	} {
		t.Run(c.name, func(t *testing.T) {
			b, server, proxy, path := underWay(t)
			b.do(uploader.Pause{Target: uploader.Everything()})
			b.untilState(uploader.StatePaused)
			c.happen(t, path)
			proxy.Heal(t)
			b.restart()
			b.untilState(uploader.StatePaused)
			b.do(uploader.Resume{Target: uploader.Everything()})
			ended := b.untilState(c.want)
			if c.want != uploader.StateDone {
				return
			}
			if ended.Resumed == 0 {
				t.Error("it started over")
			}
			if got := hex.EncodeToString([]byte(ended.SHA256)); got != sumOf(t, path) {
				t.Errorf("its sum is given as %s", got)
			}
			wantStored(t, server, path)
		})
	}
}

func TestTheSumOfASmallFileIsKept(t *testing.T) {
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
	restoringTime(t, path, func() {
		file, err := os.OpenFile(path, os.O_RDWR, 0)
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		if _, err := file.WriteAt([]byte("edited"), 1<<20); err != nil {
			t.Fatal(err)
		}
	})
	proxy.Heal(t)
	b.do(uploader.Retry{Target: uploader.Everything()})
	b.untilState(uploader.StateChanged)
}
