package platform_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/ferryapp/ferry/app/platform"
)

// setAutostart adds or removes an entry.
func setAutostart(t *testing.T, a platform.Autostart, on bool) {
	t.Helper()
	if err := a.Set(on); err != nil {
		t.Fatal(err)
	}
	checkEnabled(t, a, on)
}

// checkEnabled checks whether there is an entry.
func checkEnabled(t *testing.T, a platform.Autostart, want bool) {
	t.Helper()
	if on, err := a.Enabled(); err != nil || on != want {
		t.Errorf("Enabled returned %v, %v, want %v", on, err, want)
	}
}

func TestProgramThatIsStartedAgainHasNoConsole(t *testing.T) {
	both, alone := t.TempDir(), t.TempDir()
	for _, path := range []string{filepath.Join(both, "ferry.com"), filepath.Join(both, "ferry.exe"), filepath.Join(alone, "ferry.com")} {
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct{ name, path, want string }{
		{"console program beside the other", filepath.Join(both, "ferry.com"), filepath.Join(both, "ferry.exe")},
		{"console program alone", filepath.Join(alone, "ferry.com"), filepath.Join(alone, "ferry.com")},
		{"program with a window", filepath.Join(both, "ferry.exe"), filepath.Join(both, "ferry.exe")},
		{"program of another system", "/usr/bin/ferry", "/usr/bin/ferry"},
	} {
		if got := platform.WindowProgram(c.path); got != c.want {
			t.Errorf("%s: %s is started as %s, want %s", c.name, c.path, got, c.want)
		}
	}
}
