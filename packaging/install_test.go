//go:build linux

// Package packaging_test tests the install script.
package packaging_test

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/ferryapp/ferry/assets/notices"
	"github.com/ferryapp/ferry/docs"
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

// TestMetadataHasTheRelease compares the newest release in the AppStream metadata with that
// of the changelog, which is the version of the program, or before it between releases.
func TestMetadataHasTheRelease(t *testing.T) {
	release := regexp.MustCompile(`<release version="(.*)" date="(.*)"/>`).FindStringSubmatch(read(t, "linux/io.github.ferryapp.Ferry.metainfo.xml"))
	if release == nil {
		t.Fatal("the metadata has no release")
	}
	released := slices.DeleteFunc(docs.Releases(), func(r docs.Release) bool { return r.Version == "" })
	if released[0].Version != release[1] || released[0].Date != release[2] {
		t.Errorf("the newest release in the changelog is %s of %s, in the metadata %s of %s", released[0].Version, released[0].Date, release[1], release[2])
	}
	version := programVersion(t)
	if next, between := strings.CutSuffix(version, "-dev"); between {
		if slices.Compare(numbersOf(t, next), numbersOf(t, release[1])) <= 0 {
			t.Errorf("version %s is not after release %s", version, release[1])
		}
	} else if version != release[1] {
		t.Errorf("version %s is not the newest release %s", version, release[1])
	}
}

// numbersOf returns the numbers of a release.
func numbersOf(t *testing.T, release string) []int {
	t.Helper()
	var numbers []int
	for part := range strings.SplitSeq(release, ".") {
		number, err := strconv.Atoi(part)
		if err != nil {
			t.Fatalf("release %q: %v", release, err)
		}
		numbers = append(numbers, number)
	}
	return numbers
}

// programVersion returns the version of the program.
func programVersion(t *testing.T, args ...string) string {
	t.Helper()
	output, err := exec.Command("./version", args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, output)
	}
	return strings.TrimSpace(string(output))
}

// TestVersionHasTheFormOfEveryPackage: semantic versioning for the packages of Linux and the
// program, and three numbers for the files of Windows and macOS.
func TestVersionHasTheFormOfEveryPackage(t *testing.T) {
	version, numbers := programVersion(t), programVersion(t, "numbers")
	if !regexp.MustCompile(`^\d+\.\d+\.\d+(-dev)?$`).MatchString(version) {
		t.Errorf("version is %q", version)
	}
	if numbers != strings.TrimSuffix(version, "-dev") {
		t.Errorf("numbers of %q are %q", version, numbers)
	}
	if got := docs.ReleaseOf(version + "+a47d76a3"); got != numbers {
		t.Errorf("version %q belongs to release %q, want %q", version, got, numbers)
	}
}
