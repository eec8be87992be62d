//go:build linux

// Package packaging_test makes sure that what is packaged is whole.
package packaging_test

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// install runs the installer as somebody who makes a package does.
func install(t *testing.T, dest string, args ...string) {
	t.Helper()
	program := filepath.Join(t.TempDir(), "ferry")
	if err := os.WriteFile(program, nil, 0o700); err != nil {
		t.Fatal(err)
	}
	run := exec.Command("./install", args...)
	run.Env = append(os.Environ(), "PREFIX=/usr", "DESTDIR="+dest, "BINARY="+program)
	if said, err := run.CombinedOutput(); err != nil {
		t.Fatalf("install %q: %v: %s", args, err, said)
	}
}

// files are the names of all files below a folder, with where they are.
func files(t *testing.T, dir string) map[string]string {
	t.Helper()
	found := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			found[entry.Name()] = path
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestEverythingIsInstalledAndTakenAwayAgain(t *testing.T) {
	dest := t.TempDir()
	install(t, dest)
	installed := files(t, dest)
	for name, path := range files(t, "linux") {
		if installed[name] == "" {
			t.Errorf("%s is not installed", path)
		}
	}
	if mode, err := os.Stat(filepath.Join(dest, "usr/bin/ferry")); err != nil || mode.Mode().Perm() != 0o755 {
		t.Errorf("the program is there with mode %v (%v)", mode, err)
	}
	for name, path := range installed {
		if !strings.HasSuffix(name, ".desktop") {
			continue
		}
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(text)) {
			if icon, is := strings.CutPrefix(strings.TrimSpace(line), "Icon="); is && installed[icon+".svg"] == "" {
				t.Errorf("%s wants the icon %s, which is not installed", name, icon)
			}
		}
	}
	install(t, dest, "uninstall")
	if left := files(t, dest); len(left) > 0 {
		t.Errorf("left are %v", left)
	}
}
