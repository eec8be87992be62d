package program

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/testscript"

	"github.com/ferryapp/ferry/app/settings"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/source"
)

// releaseFolder has profiles that the program of release 0.1.0 wrote, which are never
// regenerated. Each has a finished upload of notes.txt and an unfinished one of film.mov,
// the server of db/testdata/release-schema2.db with the most options, and the settings of
// releaseSettings. That program ended in the middle of film.mov: "closed" by SIGINT, "killed"
// by SIGKILL, with changes in the write-ahead log only. Log and lock are left out, and so is
// what was received of film.mov, because releaseFilm returns it.
const releaseFolder = "testdata/release-0.1.0"

// releaseReceived is how many bytes of film.mov the receiver has.
const releaseReceived = 1_671_168

// releaseFilm returns the content of film.mov.
func releaseFilm() []byte {
	var content strings.Builder
	for i := range 137_500 {
		_, _ = fmt.Fprintf(&content, "%015d\n", i)
	}
	return []byte(content.String())
}

// releaseFilmTime returns the modification time of film.mov.
func releaseFilmTime() time.Time { return time.Date(2026, 11, 22, 12, 0, 0, 123_456_789, time.UTC) }

// releaseSettings returns the settings in the profiles, with the defaults of what that
// release did not have.
func releaseSettings() settings.Settings {
	want := settings.Default()
	want.Transfers = uploader.Settings{
		MaxFiles: 5, Connections: 6, Metered: uploader.MeteredHold, Fingerprint: "metadata", ResumeCheck: uploader.ResumeCheckAll, SendSHA256: true,
		Schedule: uploader.Schedule{}, Ignore: []string{"*.tmp"}, IncludeHidden: true, FollowLinks: true, SettleTime: time.Second,
		History: uploader.History{MaxCount: 500, MaxAge: 10 * 365 * 24 * time.Hour},
	}
	want.Notifications.Finished = false
	want.Start = settings.Start{OnStart: settings.OnStartAsk, ConfirmQuit: true}
	want.Appearance = settings.Appearance{Language: words.English, Theme: settings.ThemeDark, Scale: 1.25, Density: settings.DensityComfortable}
	return want
}

// cmdRelease010 implements "release010 NAME": it makes the profile a copy of the one of
// release 0.1.0 with that name, and film.mov a file that is, for the profile, the one that
// is being uploaded.
func cmdRelease010(ts *testscript.TestScript, _ bool, args []string) {
	from, to := filepath.Join(releaseFolder, args[0]), ts.Getenv("FERRY_PROFILE")
	ts.Check(os.RemoveAll(to))
	ts.Check(os.CopyFS(to, os.DirFS(from)))
	ts.Check(filepath.WalkDir(to, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		mode := fs.FileMode(0o600)
		if entry.IsDir() {
			mode = 0o700
		}
		return os.Chmod(path, mode)
	}))
	infos, err := filepath.Glob(filepath.Join(to, "Received/.ferry/uploads/*.info"))
	ts.Check(err)
	ts.Check(os.WriteFile(strings.TrimSuffix(infos[0], ".info"), releaseFilm()[:releaseReceived], 0o600))

	film := ts.MkAbs("film.mov")
	ts.Check(os.WriteFile(film, releaseFilm(), 0o600))
	ts.Check(os.Chtimes(film, time.Time{}, releaseFilmTime()))
	file, err := source.Disk{}.Stat(film)
	ts.Check(err)
	ts.Check(setReleaseFile(filepath.Join(to, "ferry.db"), file))
}

// setReleaseFile sets the path, identity and time of film.mov in a database. The time is another
// one only on Windows, which keeps units of 100 ns. Nothing else changes: what is in the
// write-ahead log stays in it.
func setReleaseFile(database string, file source.File) error {
	dir, err := os.MkdirTemp("", "release")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	work := filepath.Join(dir, "ferry.db")
	const wal = "-wal"
	if err := errors.Join(copyIfExists(work, database), copyIfExists(work+wal, database+wal)); err != nil {
		return err
	}
	d, err := sql.Open("sqlite", work)
	if err != nil {
		return err
	}
	defer d.Close()
	d.SetMaxOpenConns(1)
	_, err = d.ExecContext(context.Background(), "UPDATE transfers SET path = ?, volume = ?, file_index = ?, mod_seconds = ?, mod_nanos = ? WHERE path = CAST('/srv/films/film.mov' AS BLOB)",
		[]byte(file.Path), int64(file.Identity.Volume), int64(file.Identity.Index), file.ModTime.Unix(), file.ModTime.Nanosecond())
	// Closing the database would empty the log.
	return errors.Join(err, copyIfExists(database, work), copyIfExists(database+wal, work+wal))
}

func copyIfExists(to, from string) error {
	content, err := os.ReadFile(from)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return os.WriteFile(to, content, 0o600)
}

// cmdHasSettings010 implements "hassettings010": it checks that the settings of the profile
// are those of releaseSettings.
func cmdHasSettings010(ts *testscript.TestScript, _ bool, _ []string) {
	ctx := context.Background()
	d := openDB(ctx, ts)
	got := settings.Open(ctx, d, slog.New(slog.DiscardHandler)).Get()
	ts.Check(d.Close())
	if diff := cmp.Diff(releaseSettings(), got); diff != "" {
		ts.Fatalf("settings (-want +got):\n%s", diff)
	}
}

// cmdSnapshot implements "snapshot": it notes every file of the profile, as filesOf does.
// "! snapshot" checks that nothing has changed since then.
func cmdSnapshot(ts *testscript.TestScript, unchanged bool, _ []string) {
	files, err := filesOf(ts.Getenv("FERRY_PROFILE"))
	ts.Check(err)
	now := fmt.Sprint(files)
	if !unchanged {
		ts.Setenv("SNAPSHOT", now)
		return
	}
	if diff := cmp.Diff(ts.Getenv("SNAPSHOT"), now); diff != "" {
		ts.Fatalf("the profile has changed (-before +after):\n%s", diff)
	}
}

// filesOf returns the mode, modification time and content of everything in a profile by its
// path, except of the log, which says when the program was started.
func filesOf(profile string) (map[string]string, error) {
	files := map[string]string{}
	err := filepath.WalkDir(profile, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || path == profile || entry.Name() == "ferry.log" {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		files[path] = fmt.Sprint(info.Mode(), info.ModTime())
		if entry.IsDir() {
			return nil
		}
		content, err := os.ReadFile(path)
		files[path] += fmt.Sprintf(" %x", sha256.Sum256(content))
		return err
	})
	return files, err
}

// cmdNewerProfile implements "newerprofile": it makes the profile one of a later release.
func cmdNewerProfile(ts *testscript.TestScript, _ bool, _ []string) {
	ts.Check(setSchemaVersion(filepath.Join(ts.Getenv("FERRY_PROFILE"), "ferry.db"), 9999))
}
