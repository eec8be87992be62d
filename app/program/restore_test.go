package program

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/app"
	"github.com/ferryapp/ferry/app/profile"
	"github.com/ferryapp/ferry/app/settings"
	"github.com/ferryapp/ferry/app/spool"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/db"
	"github.com/ferryapp/ferry/uploader"
)

// TestBackupIsRestored backs up a list of one upload, adds another, and restores the backup.
// Both lists are whole.
func TestBackupIsRestored(t *testing.T) {
	must(t, words.Load("en"))
	p := pausedProfile(t)
	c := testCommand(p)
	add := func(s *session, name string, want int) {
		t.Helper()
		file := filepath.Join(t.TempDir(), name)
		must(t, os.WriteFile(file, []byte(name), 0o600))
		updates := s.engine.Watch(t.Context())
		must(t, s.engine.Do(t.Context(), uploader.Add{Batch: uploader.NewBatchID(), Server: uploader.BuiltinServer, Paths: []string{file}}))
		for s.engine.Snapshot().Transfers.Len() < want {
			<-updates
		}
	}
	s := openSession(t, p)
	add(s, "first.mov", 1)
	backup, err := s.backUp(t.Context(), t.TempDir())
	must(t, err)
	add(s, "second.mov", 2)
	prepared, err := s.prepareRestore(t.Context(), c, backup)
	must(t, err)
	if prepared.Transfers != 1 || prepared.Unfinished != 1 {
		t.Errorf("backup has %+v", prepared)
	}
	prepared.Restore(nil)
	must(t, s.close(nil))

	s = openSession(t, p)
	if got := s.engine.Snapshot().Transfers.Len(); got != 1 {
		t.Errorf("%d uploads in the restored list, want 1", got)
	}
	earlier := s.database.Recovery().SetAside
	if !s.asksToResume() {
		t.Error("what the backup has not sent is sent without asking")
	}
	if want := "The backup " + backup + " was restored. The earlier data is in " + earlier + "."; s.recovered != want {
		t.Errorf("text is %q, want %q", s.recovered, want)
	}
	must(t, s.close(nil))

	s = openSession(t, p) // without an answer
	if !s.asksToResume() {
		t.Error("what the backup has not sent is sent by the second start")
	}
	must(t, s.engine.Do(t.Context(), uploader.Resume{Target: uploader.TargetAll()}))
	must(t, s.close(nil))
	s = openSession(t, p)
	if s.asksToResume() {
		t.Error("the start after the answer asks again")
	}
	must(t, s.close(nil))
	d, err := db.Open(t.Context(), earlier)
	must(t, err)
	saved, err := d.Load(t.Context())
	must(t, errors.Join(err, d.Close()))
	if saved.Transfers.Len() != 2 {
		t.Errorf("%d uploads in the earlier list, want 2", saved.Transfers.Len())
	}
}

// TestWindowStartsAgainAfterRestore: with what was dropped meanwhile, also if the backup could
// not be put in place.
func TestWindowStartsAgainAfterRestore(t *testing.T) {
	for name, discard := range map[string]bool{"restored": false, "not restored": true} {
		t.Run(name, func(t *testing.T) {
			p := pausedProfile(t)
			c := testCommand(p)
			c.chosenProfile = p.Dir
			var got [][]string
			restartWindow = func(args []string) error {
				got = append(got, args)
				return errors.New("no program")
			}
			defer func() { restartWindow = restart }()
			s := openSession(t, p)
			backup, err := s.backUp(t.Context(), t.TempDir())
			must(t, err)
			prepared, err := s.prepareRestore(t.Context(), c, backup)
			must(t, err)
			prepared.Restore([]string{"/videos/a.mov"})
			if discard {
				must(t, prepared.Discard())
			}
			if err := s.close(nil); (err != nil) != discard {
				t.Errorf("close returned %v", err)
			}
			if err := c.startAfterRestore(t.Context(), s.replacement.Load()); err == nil {
				t.Error("the error of the start is lost")
			}
			want := [][]string{{"window", "--profile=" + p.Dir, "--", "/videos/a.mov"}}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestRestoredBackupStartsNoProgram: a backup may be by somebody else. What follows when all
// uploads are done, and the folder for received files, stay as they are.
func TestRestoredBackupStartsNoProgram(t *testing.T) {
	must(t, words.Load("en"))
	p := pausedProfile(t)
	s := openSession(t, p)
	present := s.settings.Get()
	s.settings.Update(func(s *settings.Settings) {
		s.WhenDone = settings.WhenDone{Action: settings.DoneProgram, Program: filepath.Join(t.TempDir(), "program")}
		s.Receiver.Folder = t.TempDir()
		s.Transfers.MaxFiles = 7
	})
	must(t, s.close(nil)) // which saves them
	s = openSession(t, p)
	backup, err := s.backUp(t.Context(), t.TempDir())
	must(t, err)
	s.settings.Update(func(s *settings.Settings) { *s = s.WithComputerOf(present) })
	prepared, err := s.prepareRestore(t.Context(), testCommand(p), backup)
	must(t, err)
	prepared.Restore(nil)
	must(t, s.close(nil))

	s = openSession(t, p)
	got := s.settings.Get()
	if diff := cmp.Diff(got.WithComputerOf(present), got); diff != "" || got.Transfers.MaxFiles != 7 {
		t.Errorf("settings are %+v\n%s", got, diff)
	}
	must(t, s.close(nil))
}

// TestReplacedListKeepsItsStreams restores a backup from before a stream was added, and then the
// list with the stream. What cannot be read again is still there.
func TestReplacedListKeepsItsStreams(t *testing.T) {
	must(t, words.Load("en"))
	p := pausedProfile(t)
	restore := func(s *session, backup string) {
		t.Helper()
		prepared, err := s.prepareRestore(t.Context(), testCommand(p), backup)
		must(t, err)
		prepared.Restore(nil)
		must(t, s.close(nil))
	}
	s := openSession(t, p)
	backup, err := s.backUp(t.Context(), t.TempDir())
	must(t, err)
	stream, err := spool.Folder(p.SpoolDir()).Create("data")
	must(t, err)
	must(t, stream.Fill(t.Context(), strings.NewReader("data")))
	must(t, s.engine.Do(t.Context(), uploader.Add{Batch: uploader.NewBatchID(), Server: uploader.BuiltinServer, Paths: []string{stream.Path}}))
	must(t, stream.Close())
	restore(s, backup)

	s = openSession(t, p)
	restore(s, s.database.Recovery().SetAside)
	s = openSession(t, p)
	if content, err := os.ReadFile(stream.Path); string(content) != "data" {
		t.Errorf("the stream has %q (%v)", content, err)
	}
	must(t, s.close(nil))
}

// TestRefusedBackupIsExplained: the error has a sentence, and nothing is left in the profile.
func TestRefusedBackupIsExplained(t *testing.T) {
	must(t, words.Load("en"))
	p, err := profile.Open(t.TempDir())
	must(t, err)
	s := openSession(t, p)
	defer func() { must(t, s.close(nil)) }()
	text := filepath.Join(t.TempDir(), "notes.db")
	must(t, os.WriteFile(text, []byte(strings.Repeat("notes ", 100)), 0o600))
	for path, want := range map[string]string{
		text:            "“" + text + "” is not a backup of Ferry.",
		p.Database():    "“" + p.Database() + "” is the database that Ferry is using.",
		"/nowhere/a.db": "“/nowhere/a.db” can't be read.",
		newerBackup(t):  "was saved by a newer version of Ferry. Update Ferry first.",
	} {
		_, err := s.prepareRestore(t.Context(), testCommand(p), path)
		refused, ok := errors.AsType[*app.BackupError](err)
		if !ok || !strings.HasSuffix(refused.Text, want) {
			t.Errorf("%s: error is %v, want the text %q", path, err, want)
		}
	}
	if found, err := filepath.Glob(p.Database() + ".new-*"); err != nil || len(found) > 0 {
		t.Errorf("%v was left (%v)", found, err)
	}
}

// newerBackup returns a database of a newer version.
func newerBackup(t *testing.T) string {
	t.Helper()
	p, err := profile.Open(newerProfile(t))
	must(t, err)
	return p.Database()
}
