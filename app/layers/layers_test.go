package layers_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const module = "github.com/ferryapp/ferry"

// pkg is the part of `go list -json` that the layers are about.
type pkg struct {
	ImportPath string
	Standard   bool
	Deps       []string // everything reached, by whatever way
}

// ban forbids the packages in from, except those in but, to reach what banned
// says. Packages are named below the module; naming one names those inside it.
type ban struct {
	from   []string
	but    []string
	banned func(path string) bool
	reason string
}

var bans = []ban{
	{
		from: []string{"uploader"}, banned: anyOf("fyne.io", module+"/app", module+"/widgets", module+"/assets"),
		reason: "the engine works without a window, and nothing points back at what shows it",
	},
	{
		from: []string{"uploader"}, banned: anyOf("gorm.io", "modernc.org/sqlite", module+"/db"),
		reason: "the engine asks its Store and knows no database",
	},
	{
		from: []string{"uploader"}, but: []string{"uploader/receiver", "uploader/uploadtest"},
		banned: noneOf("golang.org/x", module+"/uploader"),
		reason: "the engine is made of the standard library, golang.org/x and itself",
	},
	{
		from: []string{"widgets"}, banned: anyOf(module+"/uploader", module+"/app", module+"/db"),
		reason: "widgets are told what to show and know nothing of uploads",
	},
	{
		from: []string{"db"}, banned: anyOf("fyne.io", module+"/app", module+"/widgets", module+"/assets"),
		reason: "what is kept does not depend on what is shown",
	},
	{
		from: []string{"app"}, but: []string{"app/program"},
		banned: anyOf(module+"/db", "gorm.io", "modernc.org/sqlite"),
		reason: "the app speaks with the engine; only what puts the program together knows the database too",
	},
	{
		from: []string{"app"}, but: []string{"app/program"}, banned: anyOf(module + "/app/program"),
		reason: "the parts do not know what puts them together",
	},
	{
		from: []string{"assets"}, banned: anyOf(module+"/uploader", module+"/app", module+"/db", module+"/widgets"),
		reason: "assets are only carried",
	},
}

func TestEveryPackageKeepsToItsLayer(t *testing.T) {
	t.Parallel()
	packages := list(t)
	for _, violation := range check(packages, bans) {
		t.Error(violation)
	}
}

func TestEveryBanIsAboutPackagesThatExist(t *testing.T) {
	t.Parallel()
	packages := list(t)
	for _, b := range bans {
		for _, name := range slices.Concat(b.from, b.but) {
			exists := slices.ContainsFunc(packages, func(p pkg) bool { return within(p.ImportPath, module+"/"+name) })
			if !exists {
				t.Errorf("%s is banned from something but does not exist", name)
			}
		}
	}
}

func TestTheCheckFindsWhatIsBanned(t *testing.T) {
	t.Parallel()
	engineOnly := []ban{
		{from: []string{"uploader"}, banned: anyOf("fyne.io"), reason: "no window"},
		{from: []string{"uploader"}, but: []string{"uploader/receiver"}, banned: noneOf("golang.org/x", module+"/uploader"), reason: "few friends"},
	}
	tests := map[string]struct {
		packages []pkg
		want     []string
	}{
		"a ban reached by way of another package is found": {
			[]pkg{{ImportPath: module + "/uploader/tus", Deps: []string{"fmt", "golang.org/x/sync/errgroup", "fyne.io/fyne/v2"}}},
			[]string{"uploader/tus reaches fyne.io/fyne/v2: no window", "uploader/tus reaches fyne.io/fyne/v2: few friends"},
		},
		"the standard library and what is allowed pass": {
			[]pkg{{ImportPath: module + "/uploader", Deps: []string{"fmt", "golang.org/x/time/rate", module + "/uploader/tus"}}},
			nil,
		},
		"an exception is free of its ban only": {
			[]pkg{{ImportPath: module + "/uploader/receiver", Deps: []string{"github.com/tus/tusd/v2", "fyne.io/systray"}}},
			[]string{"uploader/receiver reaches fyne.io/systray: no window"},
		},
		"a package whose name only begins alike is another one": {
			[]pkg{{ImportPath: module + "/uploaders", Deps: []string{"fyne.io/fyne/v2"}}},
			nil,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			known := slices.Concat(test.packages, []pkg{{ImportPath: "fmt", Standard: true}})
			if diff := cmp.Diff(test.want, check(known, engineOnly)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// check returns one sentence for each package that reaches what it must not.
func check(packages []pkg, bans []ban) []string {
	standard := map[string]bool{}
	for _, p := range packages {
		standard[p.ImportPath] = p.Standard
	}
	var violations []string
	for _, p := range packages {
		name, ours := strings.CutPrefix(p.ImportPath, module+"/")
		if !ours {
			continue
		}
		for _, b := range bans {
			if !withinAny(name, b.from) || withinAny(name, b.but) {
				continue
			}
			for _, path := range p.Deps {
				if !standard[path] && b.banned(path) {
					violations = append(violations, name+" reaches "+path+": "+b.reason)
				}
			}
		}
	}
	return violations
}

func anyOf(parents ...string) func(string) bool {
	return func(path string) bool { return withinAny(path, parents) }
}

func noneOf(parents ...string) func(string) bool {
	return func(path string) bool { return !withinAny(path, parents) }
}

func withinAny(path string, parents []string) bool {
	return slices.ContainsFunc(parents, func(parent string) bool { return within(path, parent) })
}

func within(path, parent string) bool {
	return path == parent || strings.HasPrefix(path, parent+"/")
}

// list asks the go command for every package of the module and all it reaches.
func list(t *testing.T) []pkg {
	t.Helper()
	notice(t, "../..")
	cmd := exec.CommandContext(t.Context(), "go", "list", "-deps", "-tags", "ci,migrated_fynedo",
		"-json=ImportPath,Standard,Deps", module+"/...")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, &stderr)
	}
	var packages []pkg
	for decoder := json.NewDecoder(bytes.NewReader(out)); ; {
		var p pkg
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			return packages
		} else if err != nil {
			t.Fatalf("go list: %v", err)
		}
		packages = append(packages, p)
	}
}

// notice looks at every folder below root, so that a result is only taken from
// go test's cache while no file changed: what the go command reads in its own
// process the cache does not see.
func notice(t *testing.T, root string) {
	t.Helper()
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		hidden := strings.HasPrefix(entry.Name(), ".") && path != root
		if entry.IsDir() && (hidden || entry.Name() == "bin" || entry.Name() == "testdata") {
			return fs.SkipDir
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
