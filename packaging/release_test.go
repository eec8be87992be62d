//go:build linux

package packaging_test

import (
	"cmp"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// runRelease runs the release script with a target of make as its checks, in a repository
// of its own, whose make package writes one file, with the path of the folder if the checks
// contain "paths". It returns the output, followed by the release notes.
func runRelease(t *testing.T, dir, version, changelog, args, checks string, dirty bool) (string, error) {
	t.Helper()
	script := read(t, "release")
	for path, text := range map[string]string{
		"packaging/release": script,
		"packaging/version": read(t, "version"),
		"FyneApp.toml":      "[Details]\n  Version = \"" + version + "\"\n",
		"docs/CHANGELOG.md": changelog,
		"packaging/linux/io.github.ferryapp.Ferry.metainfo.xml": "    <release version=\"1.2.3\" date=\"2026-01-02\"/>\n",
		".gitignore": "/dist/\n/.cache/\n",
		"Makefile":   "package:\n\tmkdir dist\n\techo $(VERSION) $(if $(findstring paths,$(CHECKS)),$(CURDIR)) >dist/ferry\nchecks:\n\t@echo checked\npaths:\n\t@:\nno-checks:\n\tfalse\n",
	} {
		path = filepath.Join(dir, path)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	prepare := `git init -q && git add -A && git -c user.name=a -c user.email=a@example.com commit -qm a`
	if dirty {
		prepare += ` && echo >>FyneApp.toml`
	}
	run := exec.CommandContext(t.Context(), "sh", "-c", prepare+` && packaging/release `+args)
	run.Dir = dir
	run.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null", "CHECKS="+checks)
	output, err := run.CombinedOutput()
	if err != nil {
		return string(output), err
	}
	notes, err := os.ReadFile(filepath.Join(dir, "dist", "ferry-1.2.3-notes.md"))
	if err != nil {
		t.Fatal(err)
	}
	return string(output) + "notes:\n" + string(notes), nil
}

func TestReleaseWritesNotes(t *testing.T) {
	output, err := runRelease(t, t.TempDir(), "1.2.3", "# Changelog\n\n## Unreleased\n\n- later\n\n## 1.2.3, 2026-01-02\n\n- a change\n\n## 1.2.2, 2026-01-01\n\n- earlier\n", "1.2.3", "checks", false)
	if err != nil || !strings.HasSuffix(output, "notes:\n- a change\n\n") || !strings.Contains(output, "checked") {
		t.Errorf("%v: %s", err, output)
	}
}

func TestReleaseRefuses(t *testing.T) {
	const complete = "## 1.2.3, 2026-01-02\n\n- a change\n"
	for _, c := range []struct {
		name, changelog, args, checks string
		dirty                         bool
		want                          string
		version                       string // of the program; "" for 1.2.3
	}{
		{"no version", complete, "", "checks", false, "want a version", ""},
		{"not a version", complete, "v1", "checks", false, "want a version", ""},
		{"another version than the program's", complete, "1.2.4", "checks", false, "FyneApp.toml has version 1.2.3", ""},
		{"a program between releases", complete, "1.2.3", "checks", false, "FyneApp.toml has version 1.2.3-dev", "1.2.3-dev"},
		{"a version that is not in the changelog", "## Unreleased\n\n- a change\n", "1.2.3", "checks", false, "has no", ""},
		{"a version without changes", "## 1.2.3, 2026-01-02\n\n## 1.2.2, 2026-01-01\n", "1.2.3", "checks", false, "has nothing about", ""},
		{"another date than in the metainfo", "## 1.2.3, 2026-01-03\n\n- a change\n", "1.2.3", "checks", false, "metainfo.xml has no release 1.2.3 of 2026-01-03", ""},
		{"a failing check", complete, "1.2.3", "no-checks", false, "no-checks", ""},
		{"changes that are not committed", complete, "1.2.3", "checks", true, "not everything is committed", ""},
		{"builds that differ", complete, "1.2.3", "checks paths", false, "the two builds differ", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			output, err := runRelease(t, dir, cmp.Or(c.version, "1.2.3"), c.changelog, c.args, c.checks, c.dirty)
			if err == nil || !strings.Contains(output, c.want) {
				t.Errorf("got %v: %s, want %q", err, output, c.want)
			}
			if built := strings.Contains(output, "first build"); built != strings.Contains(c.checks, "paths") {
				t.Errorf("built: %v, before what the build does not need was checked: %s", built, output)
			}
			if _, err := os.Stat(filepath.Join(dir, "dist")); err == nil {
				t.Error("a refused release has files in dist")
			}
		})
	}
}

// What signs the programs for Windows is checked before the builds, which take long.
func TestReleaseChecksSigningFirst(t *testing.T) {
	certificate := filepath.Join(t.TempDir(), "certificate.p12")
	if err := os.WriteFile(certificate, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, certificate, password, timestamp, want string }{
		{"no certificate file", certificate + ".none", "", "", "WINDOWS_CERTIFICATE cannot be read"},
		{"no password file", certificate, certificate + ".none", "", "WINDOWS_PASSWORD_FILE cannot be read"},
		{"timestamps", certificate, "", "http://timestamps.example.com", "WINDOWS_TIMESTAMP is set"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Setenv("WINDOWS_CERTIFICATE", c.certificate)
			t.Setenv("WINDOWS_PASSWORD_FILE", c.password)
			t.Setenv("WINDOWS_TIMESTAMP", c.timestamp)
			output, err := runRelease(t, t.TempDir(), "1.2.3", "## 1.2.3, 2026-01-02\n\n- a change\n", "1.2.3", "checks", false)
			if err == nil || !strings.Contains(output, c.want) || strings.Contains(output, "first build") {
				t.Errorf("got %v: %s, want %q", err, output, c.want)
			}
		})
	}
}
