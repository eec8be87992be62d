package profile_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/adrg/xdg"

	"github.com/ferryapp/ferry/app/profile"
	"github.com/ferryapp/ferry/uploader/fault"
)

func open(t *testing.T, dir string) profile.Profile {
	t.Helper()
	p, err := profile.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestTheProfileIsTheFolderAskedFor(t *testing.T) {
	root := t.TempDir()
	asked, variable := filepath.Join(root, "asked"), filepath.Join(root, "variable")
	t.Setenv(profile.Variable, variable)

	if got := open(t, asked); got.Dir != asked || got.Received != filepath.Join(asked, "Received") {
		t.Errorf("got %+v, want %s with its own received folder", got, asked)
	}
	if got := open(t, ""); got.Dir != variable {
		t.Errorf("got %s, want the environment's %s", got.Dir, variable)
	}
}

func TestTheDefaultProfileIsTheSystemsDataFolder(t *testing.T) {
	root := t.TempDir()
	t.Setenv(profile.Variable, "")
	t.Setenv("XDG_DATA_HOME", filepath.Join(root, "data"))
	t.Setenv("XDG_DOWNLOAD_DIR", filepath.Join(root, "Downloads"))
	xdg.Reload()
	t.Cleanup(xdg.Reload)

	p := open(t, "")
	if p.Dir != filepath.Join(root, "data", "ferry") {
		t.Errorf("the profile is %s", p.Dir)
	}
	if p.Received != filepath.Join(root, "Downloads", "Ferry") {
		t.Errorf("files are received in %s", p.Received)
	}
}

func TestTheProfileIsTheUsersAlone(t *testing.T) {
	p := open(t, filepath.Join(t.TempDir(), "new", "profile"))
	info, err := os.Stat(p.Dir)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o700 {
		t.Errorf("mode %v, want 0700", info.Mode().Perm())
	}
	left, err := os.ReadDir(p.Dir)
	if err != nil || len(left) != 0 {
		t.Errorf("opening left %v behind (%v)", left, err)
	}
}

func TestAProfileThatCannotBeMadeIsAFaultOfTheDisk(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{file, filepath.Join(file, "below")} {
		if _, err := profile.Open(dir); !fault.Is(err, fault.LocalDisk) {
			t.Errorf("%s: got %v, want a fault of the local disk", dir, err)
		}
	}
}

func TestTheLogGoesOnAndIsSetAsideWhenLarge(t *testing.T) {
	p := open(t, t.TempDir())
	say := func(text string) {
		log, closer, err := p.OpenLog()
		if err != nil {
			t.Fatal(err)
		}
		log.Info(text)
		if err := closer.Close(); err != nil {
			t.Fatal(err)
		}
	}
	say("first")
	say("second")
	text, err := os.ReadFile(p.Log())
	if err != nil || !strings.Contains(string(text), "first") || !strings.Contains(string(text), "second") {
		t.Fatalf("the log is %q (%v)", text, err)
	}

	if err := os.Truncate(p.Log(), 6_000_000); err != nil {
		t.Fatal(err)
	}
	say("third")
	text, err = os.ReadFile(p.Log())
	if err != nil || strings.Count(string(text), "\n") != 1 || !strings.Contains(string(text), "third") {
		t.Errorf("the log after rotation is %d bytes (%v)", len(text), err)
	}
	if info, err := os.Stat(p.Log() + ".1"); err != nil || info.Size() != 6_000_000 {
		t.Errorf("the older log is not kept: %v", err)
	}
}

// TestTheLogIsSetAsideWhileItIsWritten writes as a program does that runs for months.
func TestTheLogIsSetAsideWhileItIsWritten(t *testing.T) {
	p := open(t, t.TempDir())
	log, closer, err := p.OpenLog()
	if err != nil {
		t.Fatal(err)
	}
	long := strings.Repeat("x", 100_000)
	for i := range 120 {
		log.Info(long, "line", i)
	}
	log.Info("the last")
	if err := closer.Close(); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(p.Log())
	if err != nil || !strings.Contains(string(text), "the last") {
		t.Errorf("the last line is not in the log (%v)", err)
	}
	files, err := filepath.Glob(p.Log() + "*")
	if err != nil || len(files) != 2 {
		t.Errorf("there are %v (%v)", files, err)
	}
	for _, file := range files {
		if info, err := os.Stat(file); err != nil || info.Size() > 5_200_000 {
			t.Errorf("%s has grown too large (%v)", file, err)
		}
	}
}
