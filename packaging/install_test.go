//go:build linux

// Package packaging_test tests the install script.
package packaging_test

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
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
	// renamed are the files that have another name where they are installed.
	renamed := map[string]string{"ferry.1": "ferry.1.gz", "ferry.bash": "ferry"}
	for name, path := range files(t, "linux") {
		if to := renamed[name]; to != "" {
			name = to
		}
		if name != "install.sh" && installed[name] == "" {
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

// TestDesktopFilesAreValid runs the validators of freedesktop.org, which packaging/deps
// installs, on the menu entry and on what software centres show.
func TestDesktopFilesAreValid(t *testing.T) {
	entries, err := filepath.Glob("linux/*.desktop")
	if err != nil || len(entries) == 0 {
		t.Fatalf("no menu entries: %v", err)
	}
	metadata, err := filepath.Glob("linux/*.metainfo.xml")
	if err != nil || len(metadata) == 0 {
		t.Fatalf("no AppStream metadata: %v", err)
	}
	for _, validator := range [][]string{
		append([]string{"desktop-file-validate"}, append(entries, "linux/sendto/thunar-sendto-ferry.desktop")...),
		append([]string{"appstreamcli", "validate", "--no-net", "--strict"}, metadata...),
	} {
		if output, err := exec.Command(validator[0], validator[1:]...).CombinedOutput(); err != nil || strings.Contains(string(output), "error:") {
			t.Errorf("%q: %v: %s", validator, err, output)
		}
	}
}

// TestMetadataHasTheRelease compares the newest release in the AppStream metadata with the
// version of the program and with the changelog.
func TestMetadataHasTheRelease(t *testing.T) {
	version := regexp.MustCompile(`(?m)^ *Version = "(.*)"$`).FindStringSubmatch(read(t, "../FyneApp.toml"))
	if version == nil {
		t.Fatal("FyneApp.toml has no version")
	}
	release := regexp.MustCompile(`<release version="(.*)" date="(.*)"/>`).FindStringSubmatch(read(t, "linux/io.github.ferryapp.Ferry.metainfo.xml"))
	if release == nil || release[1] != version[1] {
		t.Fatalf("the newest release in the metadata is %q, want version %s", release, version[1])
	}
	if heading := "\n## " + release[1] + ", " + release[2] + "\n"; !strings.Contains(read(t, "../docs/CHANGELOG.md"), heading) {
		t.Errorf("the changelog has no %q", heading)
	}
}
