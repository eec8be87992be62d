package profile_test

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/adrg/xdg"

	"github.com/ferryapp/ferry/app/profile"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/privatefile"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

func open(t *testing.T, dir string) profile.Profile {
	t.Helper()
	p, err := profile.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestOpenUsesArgumentThenEnvironment(t *testing.T) {
	root := t.TempDir()
	fromArgument, fromEnv := filepath.Join(root, "argument"), filepath.Join(root, "environment")
	t.Setenv(profile.EnvVar, fromEnv)

	if got := open(t, fromArgument); got.Dir != fromArgument || got.ReceivedDir != filepath.Join(fromArgument, "Received") {
		t.Errorf("profile is %+v, want %s with its own received folder", got, fromArgument)
	}
	if got := open(t, ""); got.Dir != fromEnv {
		t.Errorf("profile is %s, want %s", got.Dir, fromEnv)
	}
}

func TestOpenDefaultsToSystemDataFolder(t *testing.T) {
	root := t.TempDir()
	t.Setenv(profile.EnvVar, "")
	t.Setenv("XDG_DATA_HOME", filepath.Join(root, "data"))
	t.Setenv("XDG_DOWNLOAD_DIR", filepath.Join(root, "Downloads"))
	xdg.Reload()
	t.Cleanup(xdg.Reload)

	p := open(t, "")
	if p.Dir != filepath.Join(root, "data", "ferry") {
		t.Errorf("profile is %s", p.Dir)
	}
	if p.ReceivedDir != filepath.Join(root, "Downloads", "Ferry") {
		t.Errorf("received folder is %s", p.ReceivedDir)
	}
}

func TestOpenCreatesPrivateFolder(t *testing.T) {
	p := open(t, filepath.Join(t.TempDir(), "new", "profile"))
	info, err := os.Stat(p.Dir)
	if err != nil {
		t.Fatal(err)
	}
	if got := info.Mode().Perm(); runtime.GOOS != "windows" && got != 0o700 { // Windows has access lists
		t.Errorf("mode is %v, want 0700", got)
	}
	left, err := os.ReadDir(p.Dir)
	if err != nil || len(left) != 0 {
		t.Errorf("folder contains %v (%v), want no files", left, err)
	}
}

func TestOpenFailsWithLocalDiskFault(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{file, filepath.Join(file, "below")} {
		if _, err := profile.Open(dir); !fault.Is(err, fault.LocalDisk) {
			t.Errorf("%s: error is %v, want a fault of kind LocalDisk", dir, err)
		}
	}
}

// TestPreparedProfile checks that a file in the profile that another user may have prepared
// is refused, and that the file it refers to is not changed.
func TestPreparedProfile(t *testing.T) {
	for _, name := range []string{"ferry.log", "ferry.lock", "ferry.db", "keys.json", "instance.json", "receiver.pem"} {
		t.Run(name, func(t *testing.T) {
			dir, victim := t.TempDir(), filepath.Join(t.TempDir(), "victim")
			if err := os.WriteFile(victim, []byte("victim"), 0o600); err != nil {
				t.Fatal(err)
			}
			uploadtest.NeedSymlink(t, victim, filepath.Join(dir, name))
			_, err := profile.Open(dir)
			refused, ok := errors.AsType[*privatefile.Error](err)
			if !ok || refused.Path != filepath.Join(dir, name) || !fault.Is(err, fault.LocalDisk) {
				t.Errorf("error is %v", err)
			}
			if text, err := os.ReadFile(victim); err != nil || string(text) != "victim" {
				t.Errorf("victim is %q, %v", text, err)
			}
		})
	}
	t.Run("log that becomes a link while it is open", func(t *testing.T) {
		p, victim := open(t, t.TempDir()), filepath.Join(t.TempDir(), "victim")
		if err := os.WriteFile(victim, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		uploadtest.NeedSymlink(t, victim, p.Log())
		if _, _, err := p.OpenLog(); !fault.Is(err, fault.LocalDisk) {
			t.Errorf("error is %v", err)
		}
	})
}

func TestLogIsAppendedAndRotatedOnOpen(t *testing.T) {
	p := open(t, t.TempDir())
	logText := func(text string) {
		log, closer, err := p.OpenLog()
		if err != nil {
			t.Fatal(err)
		}
		log.Info(text)
		if err := closer.Close(); err != nil {
			t.Fatal(err)
		}
	}
	logText("first")
	logText("second")
	text, err := os.ReadFile(p.Log())
	if err != nil || !strings.Contains(string(text), "first") || !strings.Contains(string(text), "second") {
		t.Fatalf("log is %q (%v)", text, err)
	}

	if err := os.Truncate(p.Log(), 6_000_000); err != nil {
		t.Fatal(err)
	}
	logText("third")
	text, err = os.ReadFile(p.Log())
	if err != nil || strings.Count(string(text), "\n") != 1 || !strings.Contains(string(text), "third") {
		t.Errorf("log after rotation has %d bytes (%v)", len(text), err)
	}
	if info, err := os.Stat(p.Log() + ".1"); err != nil || info.Size() != 6_000_000 {
		t.Errorf("older log was not kept: %v", err)
	}
}

func TestLogIsRotatedWhileWritten(t *testing.T) {
	p := open(t, t.TempDir())
	log, closer, err := p.OpenLog()
	if err != nil {
		t.Fatal(err)
	}
	long := strings.Repeat("x", 100_000)
	for i := range 120 {
		log.Info(long, "line", i)
	}
	log.Info("last line")
	if err := closer.Close(); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(p.Log())
	if err != nil || !strings.Contains(string(text), "last line") {
		t.Errorf("last line is not in the log (%v)", err)
	}
	files, err := filepath.Glob(p.Log() + "*")
	if err != nil || len(files) != 2 {
		t.Errorf("files are %v (%v), want two", files, err)
	}
	for _, file := range files {
		if info, err := os.Stat(file); err != nil || info.Size() > 5_200_000 {
			t.Errorf("%s is too large (%v)", file, err)
		}
	}
}
