package program

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ferryapp/ferry/app"
	"github.com/ferryapp/ferry/app/cli"
	"github.com/ferryapp/ferry/app/instance"
	"github.com/ferryapp/ferry/app/profile"
	"github.com/ferryapp/ferry/app/settings"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/db"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/engine"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// TestSettingsAreAppliedAndSaved adds a file while the schedule allows no uploads, and
// removes the schedule. Settings and transfer are still there in the next session
// and in a backup.
func TestSettingsAreAppliedAndSaved(t *testing.T) {
	p := pausedProfile(t)
	file := filepath.Join(t.TempDir(), "film.mov")
	must(t, os.WriteFile(file, []byte("film"), 0o600))

	s := openSession(t, p)
	updates := s.engine.Watch(t.Context())
	must(t, s.engine.Do(t.Context(), uploader.Add{Batch: uploader.NewBatchID(), Server: uploader.BuiltinServer, Paths: []string{file}}))
	s.settings.Update(func(s *settings.Settings) { s.Transfers.Schedule, s.Transfers.MaxFiles = nil, 7 })
	for s.engine.Snapshot().Totals.Count[uploader.StateDone] == 0 {
		<-updates
	}
	backup, err := s.backUp(t.Context(), t.TempDir())
	must(t, err)
	must(t, s.close(nil))

	s = openSession(t, p)
	if got := s.settings.Get().Transfers; got.MaxFiles != 7 || len(got.Schedule) != 0 {
		t.Errorf("settings of the next session: %+v", got)
	}
	must(t, s.close(nil))
	copied, err := db.Open(t.Context(), backup)
	must(t, err)
	saved, err := copied.Load(t.Context())
	must(t, err)
	if saved.Transfers.Len() != 1 {
		t.Errorf("%d transfers in the backup, want 1", saved.Transfers.Len())
	}
	must(t, copied.Close())
}

// TestSettingsChangedWhileLoadingAreApplied removes the schedule, which allows no uploads,
// before the session has waited for the transfers.
func TestSettingsChangedWhileLoadingAreApplied(t *testing.T) {
	c := testCommand(pausedProfile(t))
	file := filepath.Join(t.TempDir(), "film.mov")
	must(t, os.WriteFile(file, []byte("film"), 0o600))

	s := &session{lock: acquire(t, c.profile), loaded: make(chan struct{})}
	must(t, s.open(t.Context(), c, options{}))
	s.settings.Update(func(s *settings.Settings) { s.Transfers.Schedule = nil })
	must(t, s.load(t.Context(), c, options{}))
	close(s.loaded)
	updates := s.engine.Watch(t.Context())
	must(t, s.engine.Do(t.Context(), uploader.Add{Batch: uploader.NewBatchID(), Server: uploader.BuiltinServer, Paths: []string{file}}))
	for s.engine.Snapshot().Totals.Count[uploader.StateDone] == 0 {
		<-updates
	}
	must(t, s.close(nil))
}

// pausedProfile returns a profile whose schedule allows no uploads.
func pausedProfile(t *testing.T) profile.Profile {
	t.Helper()
	p, err := profile.Open(t.TempDir())
	must(t, err)
	d, err := db.Open(t.Context(), p.Database())
	must(t, err)
	must(t, d.SaveSetting(t.Context(), "settings", []byte(`{"transfers":{"schedule":[{"days":[true,true,true,true,true,true,true],"limit":-1}]}}`)))
	must(t, d.Close())
	return p
}

// TestAlteredDatabaseIsExplained checks the text about a database with a trigger that no
// version of Ferry creates.
func TestAlteredDatabaseIsExplained(t *testing.T) {
	must(t, words.Load("en"))
	p, err := profile.Open(t.TempDir())
	must(t, err)
	d, err := db.Open(t.Context(), p.Database())
	must(t, err)
	must(t, d.Close())
	connection, err := sql.Open("sqlite", p.Database())
	must(t, err)
	_, err = connection.ExecContext(t.Context(), "CREATE TRIGGER t AFTER INSERT ON settings BEGIN DELETE FROM transfers; END")
	must(t, errors.Join(err, connection.Close()))
	_, err = command{profile: p, log: slog.New(slog.DiscardHandler)}.openDatabase(t.Context())
	want := words.Text("cli.database.altered", words.Data{"File": words.Printable(p.Database())})
	if err == nil || cli.Explain(err) != want {
		t.Errorf("error %v, want %q", err, want)
	}
}

func TestReceiverFailureIsReported(t *testing.T) {
	must(t, words.Load("en"))
	serveErr := errors.New("listener closed")
	serve := func(context.Context) error { return serveErr }
	var printed, logged bytes.Buffer
	c := command{log: slog.New(slog.NewTextHandler(&logged, nil)), streams: cli.Streams{Out: io.Discard, Err: &printed}}

	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	if err := c.reportFailure(serve)(cancelled); !errors.Is(err, serveErr) || printed.Len()+logged.Len() != 0 {
		t.Errorf("after cancel: err %v, printed %q, logged %q", err, &printed, &logged)
	}
	must(t, c.reportFailure(serve)(t.Context())) // nil, since the error is already reported
	if printed.String() != words.Text("cli.received.ended", words.Data{"Log": c.profile.Log()})+"\n" || strings.Count(logged.String(), serveErr.Error()) != 1 {
		t.Errorf("printed %q, logged %q", &printed, &logged)
	}
}

// addToThisComputer adds a file to be uploaded to this computer, and returns the fault because of
// which it waits. updates are those of the engine.
func (s *session) addToThisComputer(t *testing.T, updates <-chan struct{}) *fault.Fault {
	t.Helper()
	file := filepath.Join(t.TempDir(), "film.mov")
	must(t, os.WriteFile(file, []byte("film"), 0o600))
	must(t, os.Chtimes(file, time.Time{}, time.Now().Add(-time.Hour)))
	must(t, s.engine.Do(t.Context(), uploader.Add{Batch: uploader.NewBatchID(), Server: uploader.BuiltinServer, Paths: []string{file}}))
	for {
		<-updates
		for transfer := range s.engine.Snapshot().Transfers.Values() {
			if transfer.Fault != nil {
				return transfer.Fault
			}
		}
	}
}

// TestReceiverFolderUnusableAtStart checks that an upload to this computer waits for the
// folder, with its reason, and arrives once the folder can be used.
func TestReceiverFolderUnusableAtStart(t *testing.T) {
	p, err := profile.Open(t.TempDir())
	must(t, err)
	must(t, os.WriteFile(p.ReceivedDir, nil, 0o600))
	s := openSession(t, p)
	updates := s.engine.Watch(t.Context())
	reason := s.addToThisComputer(t, updates)
	if reason.Kind != fault.LocalDisk || reason.Code != fault.CodeReceiverDisk {
		t.Errorf("fault %v, code %s", reason, reason.Code)
	}
	must(t, os.Remove(p.ReceivedDir))
	for s.engine.Snapshot().Totals.Count[uploader.StateDone] == 0 {
		<-updates
	}
	must(t, s.close(nil))
	if content, err := os.ReadFile(filepath.Join(p.ReceivedDir, "film.mov")); err != nil || string(content) != "film" {
		t.Errorf("received %q, %v", content, err)
	}
}

// TestReceiverFolderPreparedByAnotherUser checks that nothing is received through a private
// folder that is a link, that the fault says so, and that the file arrives once it is gone.
func TestReceiverFolderPreparedByAnotherUser(t *testing.T) {
	p, err := profile.Open(t.TempDir())
	must(t, err)
	theirs := t.TempDir()
	must(t, os.Mkdir(p.ReceivedDir, 0o755))
	uploadtest.NeedSymlink(t, theirs, filepath.Join(p.ReceivedDir, ".ferry"))
	s := openSession(t, p)
	_, err = s.connect(uploader.Server{ID: uploader.BuiltinServer})
	if f := fault.Of(err); f == nil || f.Code != fault.CodeReceiverUnsafe {
		t.Errorf("fault %v", f)
	}
	err = s.checkReceiver(command{profile: p}, instance.Request{Command: instance.Send})
	if text := cli.Explain(err); !strings.Contains(text, filepath.Join(p.ReceivedDir, ".ferry")) || !strings.Contains(text, "is a link") {
		t.Errorf("text %q", text)
	}
	must(t, s.close(nil))
	if left, err := os.ReadDir(theirs); err != nil || len(left) != 0 {
		t.Errorf("their folder has %v, %v", left, err)
	}
}

// TestRequestsWaitUntilLoaded gives requests of other instances to a session that is loading:
// one is carried out afterwards, and one is given up before.
func TestRequestsWaitUntilLoaded(t *testing.T) {
	p, err := profile.Open(t.TempDir())
	must(t, err)
	s := openSession(t, p)
	loaded := s.loaded
	s.loaded = make(chan struct{}) // as while it is loading
	request := instance.Request{Command: instance.ListServers}
	replies := make(chan any, 2)
	reply := func(value any) error { replies <- value; return nil }

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.handle(ctx, request, reply); !sameRequestError(err, context.Canceled) || len(replies) != 0 {
		t.Errorf("while loading: error %v, %d replies", err, len(replies))
	}
	done := make(chan error, 1)
	go func() { done <- s.handle(t.Context(), request, reply) }()
	close(s.loaded)
	must(t, <-done)
	if len(replies) != 2 { // its language, and the servers
		t.Errorf("%d replies after loading", len(replies))
	}
	s.loaded = loaded
	must(t, s.close(nil))
}

// TestFailedLoadIsExplained checks that the reason why the transfers could not be loaded
// reaches the window and waiting instances, and that the user's answer survives the close.
func TestFailedLoadIsExplained(t *testing.T) {
	c := testCommand(damagedProfile(t))
	s, err := openLoading(t.Context(), c, acquire(t, c.profile), options{})
	must(t, err)
	request := make(chan error, 1)
	go func() { request <- s.handle(t.Context(), instance.Request{Command: instance.List}, nil) }()
	damaged := s.waitLoaded(t.Context())
	if !errors.Is(damaged, db.ErrDamaged) || errors.Is(damaged, engine.ErrStopped) {
		t.Errorf("error %v", damaged)
	}
	if err := <-request; !sameRequestError(err, damaged) {
		t.Errorf("a waiting instance gets %v", err)
	}
	got := fakeFailureDesktop{}
	failed := s.close(&app.LoadError{Err: damaged, Answer: app.StartAnswer{Retry: true}})
	got.report(cli.Invocation{Window: &cli.Window{}}, afterWindow(failed))
	if len(got.restarted) != 1 || len(got.shown)+len(got.notified) != 0 {
		t.Errorf("after the answer: %+v", got)
	}
}

// TestFailedLoadIsReturnedOnce checks the error of a session that waits until it is loaded.
func TestFailedLoadIsReturnedOnce(t *testing.T) {
	c := testCommand(damagedProfile(t))
	_, err := open(t.Context(), c, acquire(t, c.profile), options{})
	if !errors.Is(err, db.ErrDamaged) || strings.Count(err.Error(), "load transfers") != 1 {
		t.Errorf("error %v", err)
	}
}

// damagedProfile returns a profile whose servers can be loaded, and whose transfers not.
func damagedProfile(t *testing.T) profile.Profile {
	t.Helper()
	p, err := profile.Open(t.TempDir())
	must(t, err)
	d, err := db.Open(t.Context(), p.Database())
	must(t, err)
	must(t, d.Save(t.Context(), uploader.Changes{Batches: []uploader.Batch{{ID: 1, Server: uploader.BuiltinServer, Roots: []string{"/a"}}}}))
	must(t, d.Close())
	connection, err := sql.Open("sqlite", p.Database())
	must(t, err)
	_, err = connection.ExecContext(t.Context(), "UPDATE batches SET intent = 'damaged'")
	must(t, errors.Join(err, connection.Close()))
	return p
}

// sameRequestError reports whether err is what another instance gets because of cause.
func sameRequestError(err, cause error) bool {
	requestErr, ok := errors.AsType[*instance.RequestError](err)
	return ok && requestErr.Message == cli.Explain(cause)
}

// TestEngineStopsBesideTasksOfTheDesktop closes a session while the tasks that use D-Bus end
// only after the engine.
func TestEngineStopsBesideTasksOfTheDesktop(t *testing.T) {
	s := openSession(t, pausedProfile(t))
	for _, task := range []**task{&s.awake, &s.metering} {
		must(t, (*task).stop())
		*task = startTask(func(ctx context.Context) error {
			<-ctx.Done()
			<-s.engineLoop.ended
			return nil
		})
	}
	must(t, s.close(nil))
}

// openSession opens a session in the profile.
func openSession(t *testing.T, p profile.Profile) *session {
	t.Helper()
	s, err := open(t.Context(), testCommand(p), acquire(t, p), options{})
	must(t, err)
	return s
}

// testCommand returns a command in the profile that prints and logs nothing.
func testCommand(p profile.Profile) command {
	return command{profile: p, log: slog.New(slog.DiscardHandler), streams: cli.Streams{Out: io.Discard, Err: io.Discard}}
}

func acquire(t *testing.T, p profile.Profile) *instance.Lock {
	t.Helper()
	lock, err := instance.Acquire(p.Lock(), p.InstanceFile())
	must(t, err)
	return lock
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// TestReceivedFolderIsChanged checks that files arrive in the new folder at once and after a
// restart, and that a folder which cannot be used changes nothing.
func TestReceivedFolderIsChanged(t *testing.T) {
	p, err := profile.Open(t.TempDir())
	must(t, err)
	c, folder, unusable := testCommand(p), filepath.Join(t.TempDir(), "in"), filepath.Join(t.TempDir(), "file")
	must(t, os.WriteFile(unusable, nil, 0o600))
	send := func(s *session, name, dir string) {
		t.Helper()
		file := filepath.Join(t.TempDir(), name)
		must(t, os.WriteFile(file, []byte(name), 0o600))
		must(t, os.Chtimes(file, time.Time{}, time.Now().Add(-time.Hour)))
		updates := s.engine.Watch(t.Context())
		done := s.engine.Snapshot().Totals.Count[uploader.StateDone]
		must(t, s.engine.Do(t.Context(), uploader.Add{Batch: uploader.NewBatchID(), Server: uploader.BuiltinServer, Paths: []string{file}}))
		for s.engine.Snapshot().Totals.Count[uploader.StateDone] == done {
			<-updates
		}
		if content, err := os.ReadFile(filepath.Join(dir, name)); err != nil || string(content) != name {
			t.Errorf("%s contains %q, %v", name, content, err)
		}
	}
	s := openSession(t, p)
	send(s, "first", p.ReceivedDir)
	other := make(chan error)
	go func() { other <- s.setReceivedDir(t.Context(), c, folder) }()
	err = s.setReceivedDir(t.Context(), c, folder) // at the same time
	must(t, errors.Join(err, <-other))
	send(s, "second", folder)
	if err := s.setReceivedDir(t.Context(), c, unusable); err == nil {
		t.Error("a file was accepted as the folder")
	}
	send(s, "third", folder)
	must(t, s.close(nil))
	s = openSession(t, p)
	send(s, "fourth", folder)
	must(t, s.close(nil))
}
