//go:build linux && desktop

package desktop_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/ferryapp/ferry/app/desktop"
	"github.com/ferryapp/ferry/app/desktop/internal/virtual"
)

const (
	installedBinary = "/usr/bin/ferry"
	menuEntry       = "/usr/share/applications/io.github.ferryapp.Ferry.desktop"
	earlierFile     = "/usr/share/doc/ferry/earlier-version"
)

// TestPackageIsInstalledUpgradedAndRemoved installs the Debian package FERRY_PACKAGE on the
// system that it runs on; make installed runs it on a copy. An earlier version is
// installed first, started from the menu and replaced while it has a window and uploads.
func TestPackageIsInstalledUpgradedAndRemoved(t *testing.T) {
	deb := os.Getenv("FERRY_PACKAGE")
	if deb == "" {
		t.Skip("FERRY_PACKAGE is not set: this test changes the system; make installed runs it on a copy")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 15*time.Minute) // only if something hangs
	t.Cleanup(cancel)
	if _, err := os.Stat(installedBinary); err == nil {
		t.Fatalf("%s is installed already", installedBinary)
	}
	before := systemFiles(t)
	earlier := earlierPackage(t, deb)

	command(t, "dpkg", "--install", earlier)
	for _, path := range []string{installedBinary, menuEntry, earlierFile} {
		if _, err := os.Stat(path); err != nil {
			t.Error(err)
		}
	}
	command(t, "desktop-file-validate", menuEntry)
	command(t, "appstreamcli", "validate-tree", "--no-net", "/usr")

	dir, err := os.MkdirTemp("", "ferry-desktop-") // t.TempDir is too long for sockets
	must(t, err)
	t.Cleanup(func() { os.RemoveAll(dir) })
	d, err := virtual.Start(ctx, dir)
	must(t, err)
	t.Cleanup(func() { d.Close() })
	t.Cleanup(func() { killInstalled(t) })
	ferry := desktop.New(d, installedBinary, filepath.Join(d.Home(), ".local/share/ferry"))
	inHome := homeFiles(t, d)

	openFromMenu(ctx, t, ferry)
	first := createFile(t, "first.mov", 8*mebibyte+1)
	must(t, ferry.Drop(ctx, first))
	awaitDownloaded(ctx, t, d, first)

	command(t, "dpkg", "--install", deb)
	if _, err := os.Stat(earlierFile); err == nil {
		t.Errorf("%s, which only the earlier version has, is left", earlierFile)
	}
	second := createFile(t, "second.mov", 8*mebibyte+2)
	must(t, ferry.Drop(ctx, second)) // on the window of the version that was replaced
	awaitDownloaded(ctx, t, d, second)
	quitInstalled(ctx, t)

	openFromMenu(ctx, t, ferry)
	third := createFile(t, "third.mov", 8*mebibyte+3)
	must(t, ferry.Drop(ctx, third))
	awaitDownloaded(ctx, t, d, third)
	list, err := d.Output(ctx, installedBinary, "list", "--all", "--json")
	must(t, err)
	for _, path := range []string{first, second, third} {
		if !strings.Contains(list, path) {
			t.Errorf("the list after the upgrade does not have %s: %s", path, list)
		}
	}
	if handler, err := d.Output(ctx, "gio", "mime", "x-scheme-handler/ferry"); err != nil || !strings.Contains(handler, "io.github.ferryapp.Ferry.link.desktop") {
		t.Errorf("links ferry:// are opened by %q (%v)", handler, err)
	}
	gio(ctx, t, d, "open", "ferry://add?url=https%3A%2F%2Fuploads.example.com%2Ffiles%2F&name=Example")
	pollUntil(ctx, t, "the second process to hand over the link", func() bool { return len(installedProcesses(t)) == 1 })
	quitInstalled(ctx, t)

	command(t, "dpkg", "--purge", "ferry")
	if left := added(before, systemFiles(t)); len(left) > 0 {
		t.Errorf("left on the system: %q", left)
	}
	if left := added(inHome, homeFiles(t, d)); len(left) > 0 {
		t.Errorf("left in the home folder, outside of the profile: %q", left)
	}
	for _, path := range []string{first, second, third} {
		must(t, desktop.SameBytes(path, filepath.Join(d.Home(), "Downloads/Ferry", filepath.Base(path))))
	}
	if _, err := os.Stat(filepath.Join(ferry.Profile(), "ferry.db")); err != nil {
		t.Errorf("the profile is gone: %v", err)
	}
}

// command runs a program and fails the test if it fails.
func command(t *testing.T, name string, args ...string) {
	t.Helper()
	run := exec.CommandContext(t.Context(), name, args...)
	run.Env = append(os.Environ(), "DEBIAN_FRONTEND=noninteractive", "LC_ALL=C.UTF-8")
	if output, err := run.CombinedOutput(); err != nil {
		t.Fatalf("%s %s: %v: %s", name, strings.Join(args, " "), err, output)
	}
}

// earlierPackage makes a package with version 0.0.1 and one more file of another package.
func earlierPackage(t *testing.T, deb string) string {
	t.Helper()
	dir := t.TempDir()
	root := filepath.Join(dir, "root")
	command(t, "dpkg-deb", "--raw-extract", deb, root)
	control := filepath.Join(root, "DEBIAN/control")
	text, err := os.ReadFile(control)
	must(t, err)
	lines := strings.Split(string(text), "\n")
	for i, line := range lines {
		if strings.HasPrefix(line, "Version: ") {
			lines[i] = "Version: 0.0.1"
		}
	}
	must(t, os.WriteFile(control, []byte(strings.Join(lines, "\n")), 0o600))
	must(t, os.WriteFile(filepath.Join(root, earlierFile), []byte("earlier\n"), 0o644))
	earlier := filepath.Join(dir, "earlier.deb")
	command(t, "dpkg-deb", "--root-owner-group", "-Znone", "--build", root, earlier)
	return earlier
}

// openFromMenu starts Ferry as the menu of the desktop does, and waits for its window.
func openFromMenu(ctx context.Context, t *testing.T, ferry *desktop.Ferry) {
	t.Helper()
	gio(ctx, t, ferry.Desktop, "launch", menuEntry)
	must(t, ferry.AwaitWindow(ctx))
}

// gio runs a command that starts a program, which keeps the output of the command.
func gio(ctx context.Context, t *testing.T, d *virtual.Desktop, args ...string) {
	t.Helper()
	run, err := d.Run("gio", args...)
	must(t, err)
	if err := run.Wait(ctx); err != nil {
		t.Fatalf("gio %q: %v: %s", args, err, run.Log())
	}
}

// awaitDownloaded waits until the receiver of the default profile has a file, and compares
// it with its source.
func awaitDownloaded(ctx context.Context, t *testing.T, d *virtual.Desktop, source string) {
	t.Helper()
	path := filepath.Join(d.Home(), "Downloads/Ferry", filepath.Base(source))
	pollUntil(ctx, t, path+" to be received", func() bool {
		_, err := os.Stat(path)
		return err == nil
	})
	must(t, desktop.SameBytes(source, path))
}

// pollUntil waits until a condition is true.
func pollUntil(ctx context.Context, t *testing.T, what string, condition func() bool) {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !condition() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatalf("wait for %s: %v", what, ctx.Err())
		}
	}
}

// installedProcesses returns the processes of the installed program, also of a version that
// was replaced.
func installedProcesses(t *testing.T) []int {
	t.Helper()
	links, err := filepath.Glob("/proc/[0-9]*/exe")
	must(t, err)
	var found []int
	for _, link := range links {
		program, err := os.Readlink(link)
		if err != nil || strings.TrimSuffix(program, " (deleted)") != installedBinary {
			continue // another program, or a process that ended
		}
		pid, err := strconv.Atoi(filepath.Base(filepath.Dir(link)))
		must(t, err)
		if state, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid)); err == nil && !strings.Contains(string(state), ") Z ") {
			found = append(found, pid)
		}
	}
	return found
}

// quitInstalled ends the running program as logging out does.
func quitInstalled(ctx context.Context, t *testing.T) {
	t.Helper()
	running := installedProcesses(t)
	if len(running) != 1 {
		t.Fatalf("processes of %s: %v, want one", installedBinary, running)
	}
	must(t, syscall.Kill(running[0], syscall.SIGTERM))
	pollUntil(ctx, t, "Ferry to exit", func() bool { return len(installedProcesses(t)) == 0 })
}

func killInstalled(t *testing.T) {
	t.Helper()
	for _, pid := range installedProcesses(t) {
		_ = syscall.Kill(pid, syscall.SIGKILL) // it may have ended
	}
}

// systemFiles returns all files of the system that packages and programs install, without
// the caches and lists of the package manager and of the desktop.
func systemFiles(t *testing.T) map[string]bool {
	t.Helper()
	found := map[string]bool{}
	for _, dir := range []string{"/etc", "/opt", "/usr", "/var/lib", "/var/spool"} {
		listFiles(t, dir, found, func(path string) bool {
			return path == "/var/lib/dpkg" || slices.Contains([]string{"icon-theme.cache", "mimeinfo.cache"}, filepath.Base(path))
		})
	}
	return found
}

// homeFiles returns the files in the home folder without the profile, what the toolkit saves
// for the user, what was received, caches, and the settings of the desktop itself.
func homeFiles(t *testing.T, d *virtual.Desktop) map[string]bool {
	t.Helper()
	found := map[string]bool{}
	listFiles(t, d.Home(), found, func(path string) bool {
		return slices.Contains([]string{".local/share/ferry", ".config/fyne", ".local/share/keyrings", "Downloads/Ferry", ".cache", ".config/xfce4", ".config/dconf"}, strings.TrimPrefix(path, d.Home()+"/"))
	})
	return found
}

func listFiles(t *testing.T, dir string, found map[string]bool, skip func(path string) bool) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil
		case err != nil:
			return err
		case skip(path) && entry.IsDir():
			return fs.SkipDir
		case !skip(path) && !entry.IsDir():
			found[path] = true
		}
		return nil
	})
	must(t, err)
}

// added returns the paths that are in after and not in before, sorted.
func added(before, after map[string]bool) []string {
	var paths []string
	for path := range after {
		if !before[path] {
			paths = append(paths, path)
		}
	}
	slices.Sort(paths)
	return paths
}
