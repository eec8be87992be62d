//go:build linux

package packaging_test

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestEveryBuildHasTheSameFlags compares the flags of the Makefile with those of the
// workflows. With others, everything is compiled again, and the program contains paths
// of the computer that built it.
func TestEveryBuildHasTheSameFlags(t *testing.T) {
	const want = "-trimpath -buildvcs=false"
	found := regexp.MustCompile(`(?m)^FLAGS := (.*)$`).FindStringSubmatch(read(t, "../Makefile"))
	if found == nil || found[1] != want {
		t.Errorf("the Makefile has the flags %q, want %q", found, want)
	}
	for _, path := range workflows(t) {
		found := regexp.MustCompile(`(?m)^  GOFLAGS: (.*)$`).FindStringSubmatch(read(t, path))
		if found == nil || found[1] != want {
			t.Errorf("%s has the flags %q, want %q", path, found, want)
		}
	}
}

// TestWorkflowsArePinned checks that a workflow runs actions of a certain commit only,
// and may change nothing.
func TestWorkflowsArePinned(t *testing.T) {
	action := regexp.MustCompile(`(?m)^ *(?:- )?uses: *(.*)$`)
	pinned := regexp.MustCompile(`^[\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$`)
	for _, path := range workflows(t) {
		text := read(t, path)
		for _, uses := range action.FindAllStringSubmatch(text, -1) {
			if !pinned.MatchString(uses[1]) {
				t.Errorf("%s: %q is not pinned to a commit", path, uses[1])
			}
		}
		permissions := regexp.MustCompile(`(?m)^ *permissions:.*$`).FindAllString(text, -1)
		if len(permissions) != 1 || permissions[0] != "permissions: read-all" {
			t.Errorf("%s has %q, want only permissions to read", path, permissions)
		}
	}
}

func workflows(t *testing.T) []string {
	t.Helper()
	paths, err := filepath.Glob("../.github/workflows/*.yml")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no workflows: %v", err)
	}
	return paths
}

// TestToolsAreInstalledByVersion checks that a build does not take whichever version of
// a tool is the newest.
func TestToolsAreInstalledByVersion(t *testing.T) {
	version := regexp.MustCompile(`@v\d+\.\d+\.\d+$`)
	installs := 0
	for _, path := range append(workflows(t), "../Makefile", "../.ci/run", "deps", "package", "windows/build") {
		for _, found := range regexp.MustCompile(`go (?:install|run) (\S+@\S*)`).FindAllStringSubmatch(read(t, path), -1) {
			installs++
			if !version.MatchString(found[1]) {
				t.Errorf("%s: %s has no version", path, found[1])
			}
		}
	}
	if installs == 0 {
		t.Error("no tools are found")
	}
}

func TestVulnerabilitiesAreCheckedForEveryChange(t *testing.T) {
	workflow := read(t, "../.github/workflows/ci.yml")
	for _, want := range []string{`(?m)^  pull_request:$`, `(?m)^        run: make vulncheck$`} {
		if !regexp.MustCompile(want).MatchString(workflow) {
			t.Errorf("ci.yml does not match %s", want)
		}
	}
}
