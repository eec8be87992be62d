//go:build linux

package packaging_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// unpacked returns a folder as the tarball for other distributions has it.
func unpacked(t *testing.T) string {
	t.Helper()
	stage := t.TempDir()
	install(t, stage)
	dir := filepath.Join(stage, "usr")
	if err := os.WriteFile(filepath.Join(dir, "install.sh"), []byte(read(t, "linux/install.sh")), 0o700); err != nil {
		t.Fatal(err)
	}
	return dir
}

// runInstaller runs the installer of the tarball in an empty home folder.
func runInstaller(t *testing.T, dir, prefix string, args ...string) {
	t.Helper()
	run := exec.CommandContext(t.Context(), "./install.sh", args...)
	run.Dir = dir
	run.Env = append(os.Environ(), "PREFIX="+prefix, "HOME="+t.TempDir())
	if output, err := run.CombinedOutput(); err != nil {
		t.Fatalf("install.sh %q: %v: %s", args, err, output)
	}
}

func TestTarballInstallsAndRemovesEverything(t *testing.T) {
	dir := unpacked(t)
	for _, c := range []struct{ name, prefix, program string }{
		{"a simple folder", filepath.Join(t.TempDir(), "local"), ""},
		{"a folder with a space, which menus do not take", filepath.Join(t.TempDir(), "my programs"), "ferry"},
	} {
		t.Run(c.name, func(t *testing.T) {
			program := c.program
			if program == "" {
				program = c.prefix + "/bin/ferry"
			}
			for range 2 { // again, as for a new version
				runInstaller(t, dir, c.prefix)
			}
			installed := files(t, c.prefix)
			for name, path := range files(t, dir) {
				if name != "install.sh" && installed[name] == "" {
					t.Errorf("%s is not installed", path)
				}
			}
			for name, path := range installed {
				if !strings.HasSuffix(name, ".desktop") && !strings.HasSuffix(name, ".nemo_action") {
					continue
				}
				if text := read(t, path); !strings.Contains(text, "\nExec="+program+" ") {
					t.Errorf("%s does not start %s: %s", name, program, text)
				}
			}
			runInstaller(t, dir, c.prefix, "uninstall")
			if left, err := os.ReadDir(c.prefix); err == nil {
				for _, entry := range left {
					t.Errorf("%s is left", entry.Name())
				}
			}
		})
	}
}
