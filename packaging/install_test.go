//go:build linux

// Package packaging_test tests the install script.
package packaging_test

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ferryapp/ferry/assets/notices"
)

// install runs the install script as for a package, with dest as DESTDIR.
func install(t *testing.T, dest string, args ...string) {
	t.Helper()
	program := filepath.Join(t.TempDir(), "ferry")
	if err := os.WriteFile(program, nil, 0o700); err != nil {
		t.Fatal(err)
	}
	run := exec.Command("./install", args...)
	run.Env = append(os.Environ(), "PREFIX=/usr", "DESTDIR="+dest, "BINARY="+program)
	if output, err := run.CombinedOutput(); err != nil {
		t.Fatalf("install %q: %v: %s", args, err, output)
	}
}

// files returns the paths of all files below a folder by name.
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

func TestInstallAndUninstall(t *testing.T) {
	dest := t.TempDir()
	install(t, dest)
	installed := files(t, dest)
	for name, path := range files(t, "linux") {
		if installed[name] == "" {
			t.Errorf("%s is not installed", path)
		}
	}
	if info, err := os.Stat(filepath.Join(dest, "usr/bin/ferry")); err != nil || info.Mode().Perm() != 0o755 {
		t.Errorf("mode of the program is %v (%v), want 0755", info, err)
	}
	licences, err := os.ReadFile(filepath.Join(dest, "usr/share/doc/ferry/copyright"))
	if err != nil || string(licences) != notices.Text() {
		t.Errorf("the licences are %d bytes (%v), want all %d", len(licences), err, len(notices.Text()))
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
			if icon, found := strings.CutPrefix(strings.TrimSpace(line), "Icon="); found && installed[icon+".svg"] == "" {
				t.Errorf("%s: icon %s is not installed", name, icon)
			}
		}
	}
	install(t, dest, "uninstall")
	if left := files(t, dest); len(left) > 0 {
		t.Errorf("files left after uninstall: %v", left)
	}
}
