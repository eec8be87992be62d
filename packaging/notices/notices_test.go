package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/assets/notices"
)

const root = "../.."

// TestNoticesAreUpToDate compares the notices with what go.mod links, without network. Of
// a module of another system that is not in the module cache, only the version is compared.
func TestNoticesAreUpToDate(t *testing.T) {
	linked, missing, err := listLinked(t.Context(), root, []string{"GOPROXY=off"})
	if err != nil {
		t.Fatal(err)
	}
	required := requirements(t)
	committed := map[string]notices.Component{}
	for _, c := range notices.Components() {
		committed[c.Name] = c
		_, isRequired := required[c.Name]
		if c.Version != required[c.Name] || !isRequired && c.Version != "" {
			t.Errorf("notices have %s, go.mod has %q", c, required[c.Name])
		}
	}
	for _, c := range linked {
		if _, err := os.Stat(filepath.Join(c.dir, "LICENSE")); c.name == goName && err != nil {
			t.Logf("the licence of Go is not compared: %v", err)
			delete(committed, c.name)
			continue
		}
		text, err := c.text()
		if err != nil {
			t.Fatal(err)
		}
		want := notices.Component{Name: c.name, Version: c.version, Licence: text}
		if diff := cmp.Diff(want, committed[c.name]); diff != "" {
			t.Errorf("%s (-linked +notices):\n%s", c.name, diff)
		}
		delete(committed, c.name)
	}
	if len(missing) > 0 {
		t.Logf("not in the module cache, so not compared: %q", missing)
		return
	}
	for name := range committed {
		t.Errorf("%s is not linked", name)
	}
	if t.Failed() {
		t.Log("run `make notices`")
	}
}

// requirements returns the versions in go.mod.
func requirements(t *testing.T) map[string]string {
	t.Helper()
	// Go caches the result of a test until a file changes that the test itself has read.
	if _, err := os.ReadFile(filepath.Join(root, "go.mod")); err != nil {
		t.Fatal(err)
	}
	edit := exec.CommandContext(t.Context(), "go", "mod", "edit", "-json")
	edit.Dir = root
	output, err := edit.Output()
	if err != nil {
		t.Fatal(err)
	}
	var mod struct {
		Require []struct{ Path, Version string }
		Replace []struct {
			Old struct{ Path string }
			New struct{ Path, Version string }
		}
	}
	if err := json.Unmarshal(output, &mod); err != nil {
		t.Fatal(err)
	}
	versions := map[string]string{}
	for _, r := range mod.Require {
		versions[r.Path] = r.Version
	}
	for _, r := range mod.Replace {
		versions[r.Old.Path] = strings.TrimSpace(r.New.Path + " " + r.New.Version)
	}
	return versions
}

func TestIsLicence(t *testing.T) {
	for name, want := range map[string]bool{
		"LICENSE": true, "LICENSE.md": true, "License": true, "LICENCE.txt": true, "LICENSE-3RD-PARTY.md": true,
		"LICENSE_Inter.txt": true, "SQLITE-LICENSE": true, "COPYING": true, "COPYRIGHT-MUSL": true, "NOTICE": true, "PATENTS": true,
		"AUTHORS": true, "UNLICENSE": true, "OFL.txt": true,
		"license.go": false, "LICENSE.svg": false, "README.md": false, "licensing.md": false, "copyrighted.txt": false, "licences": false,
	} {
		if got := isLicence(name); got != want {
			t.Errorf("%s: got %t, want %t", name, got, want)
		}
	}
}

// TestLicencesOfLinkedFolders checks that the licences of what is linked are found, and
// those of tools, tests and other packages of a module are not.
func TestLicencesOfLinkedFolders(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"LICENSE":               "\ufeffMIT \r\n\r\n(c) A\f\r\n\n",
		"lib/lib.go":            "package lib",
		"lib/COPYING":           "of lib",
		"lib/fonts/OFL.txt":     "of a font",
		"lib/fonts/a/OFL.txt":   "of a font of a folder",
		"lib/testdata/LICENSE":  "of test data",
		"lib/other/other.go":    "package other",
		"lib/other/LICENSE":     "of a package that is not linked",
		"lib/other/c/LICENSE":   "of its C code",
		"lib/sub/deep/deep.go":  "package deep",
		"lib/sub/deep/NOTICE":   "of deep",
		"lib/sub/LICENSE":       "of the folder that contains deep",
		"cmd/tool/tool.go":      "package main",
		"cmd/tool/LICENSE":      "of a tool",
		"docs/LICENSE":          "of the documentation",
		"lib/_examples/LICENSE": "of examples",
	} {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	c := component{name: "example.com/m", version: "v1.0.0", dir: dir, linked: map[string]bool{"lib": true, "lib/sub/deep": true}}
	got, err := c.licences()
	if err != nil {
		t.Fatal(err)
	}
	want := []licence{
		{"LICENSE", "MIT\n\n(c) A"},
		{"lib/COPYING", "of lib"},
		{"lib/fonts/OFL.txt", "of a font"},
		{"lib/fonts/a/OFL.txt", "of a font of a folder"},
		{"lib/sub/LICENSE", "of the folder that contains deep"},
		{"lib/sub/deep/NOTICE", "of deep"},
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(licence{})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestComponentWithoutUsableLicenceIsAnError(t *testing.T) {
	for name, text := range map[string]string{"none": "", "not UTF-8": "MIT \xff", "looks like a heading": "MIT\n=== a ===\n"} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			if text != "" {
				if err := os.WriteFile(filepath.Join(dir, "LICENSE"), []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			if got, err := format([]*component{{name: "example.com/m", dir: dir, linked: map[string]bool{".": true}}}); err == nil {
				t.Errorf("got %q, want an error", got)
			}
		})
	}
}
