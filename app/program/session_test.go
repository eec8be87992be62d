package program

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ferryapp/ferry/app/cli"
	"github.com/ferryapp/ferry/app/instance"
	"github.com/ferryapp/ferry/app/profile"
	"github.com/ferryapp/ferry/app/settings"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/db"
	"github.com/ferryapp/ferry/uploader"
)

// TestChangedSettingsReachTheEngine has a file wait for an hour that never comes,
// until that is taken back. Everything is also there next time.
func TestChangedSettingsReachTheEngine(t *testing.T) {
	p, err := profile.Open(t.TempDir())
	must(t, err)
	d, err := db.Open(t.Context(), p.Database())
	must(t, err)
	must(t, d.SaveSetting(t.Context(), "settings", []byte(`{"transfers":{"schedule":[{"days":[true,true,true,true,true,true,true],"limit":-1}]}}`)))
	must(t, d.Close())
	file := filepath.Join(t.TempDir(), "film.mov")
	must(t, os.WriteFile(file, []byte("film"), 0o600))

	s := begin(t, p)
	kicks := s.engine.Watch(t.Context())
	must(t, s.engine.Do(t.Context(), uploader.Add{Batch: uploader.NewBatchID(), Server: uploader.BuiltinServer, Paths: []string{file}}))
	s.settings.Update(func(s *settings.Settings) { s.Transfers.Schedule, s.Transfers.Simultaneous = nil, 7 })
	for s.engine.Snapshot().Totals.Count[uploader.StateDone] == 0 {
		<-kicks
	}
	backup, err := s.backUp(t.Context(), t.TempDir())
	must(t, err)
	must(t, s.close(nil))

	s = begin(t, p)
	if got := s.settings.Get().Transfers; got.Simultaneous != 7 || len(got.Schedule) != 0 {
		t.Errorf("next time they are %+v", got)
	}
	must(t, s.close(nil))
	copied, err := db.Open(t.Context(), backup)
	must(t, err)
	saved, err := copied.Load(t.Context())
	must(t, err)
	if len(saved.Transfers) != 1 {
		t.Errorf("the backup holds %d transfers", len(saved.Transfers))
	}
	must(t, copied.Close())
}

// TestAReceiverThatEndsIsHeardOf has it end before anybody ended it, and when it
// was told to.
func TestAReceiverThatEndsIsHeardOf(t *testing.T) {
	must(t, words.Load("en"))
	broken := errors.New("the listener broke")
	serve := func(context.Context) error { return broken }
	var said, logged bytes.Buffer
	w := work{log: slog.New(slog.NewTextHandler(&logged, nil)), streams: cli.Streams{Out: io.Discard, Err: &said}}

	told, cancel := context.WithCancel(t.Context())
	cancel()
	if err := w.heard(serve)(told); !errors.Is(err, broken) || said.Len()+logged.Len() != 0 {
		t.Errorf("told to end it fails with %v, says %q and logs %q", err, &said, &logged)
	}
	must(t, w.heard(serve)(t.Context())) // what was said is not said again at the end
	if strings.Count(said.String(), "can no longer receive files") != 1 || strings.Count(logged.String(), broken.Error()) != 1 {
		t.Errorf("by itself it says %q and logs %q", &said, &logged)
	}
}

// begin opens a session in the profile.
func begin(t *testing.T, p profile.Profile) *session {
	t.Helper()
	lock, err := instance.Acquire(p.Lock())
	must(t, err)
	w := work{profile: p, log: slog.New(slog.DiscardHandler), streams: cli.Streams{Out: io.Discard, Err: io.Discard}}
	s, err := open(t.Context(), w, lock, options{})
	must(t, err)
	return s
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
