package layers_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"io/fs"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const module = "github.com/ferryapp/ferry"

// pkg is the part of `go list -json` that the layers are about.
type pkg struct {
	ImportPath string
	Name       string
	Standard   bool
	Imports    []string
	Deps       []string // everything reached, also through other packages
}

// ban forbids the packages in from, except those in but, to reach what banned
// matches. Packages are named below the module; naming one names those inside it, and
// "" names all.
type ban struct {
	from   []string
	but    []string
	direct bool // only direct imports are banned, also of the standard library
	banned func(path string) bool
	// allowed are packages that banned matches, but that may be reached.
	allowed []string
	reason  string
}

var (
	// windowParts are the parts of the window, which only the shell puts together.
	windowParts = []string{"app/details", "app/frame", "app/history", "app/logviewer", "app/preferences", "app/servers", "app/transferlist", "app/tray"}

	// belowShell are the packages of the app that the shell and the parts of the window
	// use.
	belowShell = []string{
		"app/awake", "app/bridge", "app/bus", "app/cli", "app/connect", "app/feed", "app/fonts", "app/form", "app/instance", "app/platform", "app/power", "app/presets", "app/profile", "app/savedvalue", "app/settings",
		"app/spool", "app/thumbnails", "app/uploadurls", "app/view", "app/whendone", "app/windowstate", "app/words",
	}

	// pureParts are the packages of the engine without clock and I/O.
	pureParts = []string{
		"uploader/admission", "uploader/digest", "uploader/journal", "uploader/lifecycle", "uploader/paged", "uploader/partial", "uploader/queue",
		"uploader/retry", "uploader/speed", "uploader/table", "uploader/timing",
	}

	// belowVocabulary are the packages of the engine that do not depend on transfers.
	belowVocabulary = []string{
		"uploader/atomicfile", "uploader/digest", "uploader/fault", "uploader/netx", "uploader/paged", "uploader/privatefile", "uploader/queue", "uploader/receiver",
		"uploader/retry", "uploader/source", "uploader/speed", "uploader/tus",
	}
)

var bans = slices.Concat([]ban{
	{
		from: []string{"uploader"}, banned: anyOf("fyne.io", module+"/app", module+"/widgets", module+"/assets"),
		reason: "the engine must not depend on a user interface",
	},
	{
		from: []string{"uploader"}, banned: anyOf("gorm.io", "modernc.org/sqlite", module+"/db"),
		reason: "the engine uses the Store interface, not a database",
	},
	{
		from: []string{"uploader"}, but: []string{"uploader/receiver", "uploader/uploadtest"},
		// xxh3 is the digest of content, several times as fast as any hash of the standard library; cpuid is its only dependency.
		banned: noneOf("golang.org/x", module+"/uploader", "github.com/zeebo/xxh3", "github.com/klauspost/cpuid/v2"),
		reason: "the engine depends only on the standard library, golang.org/x, xxh3 and itself",
	},
	{
		from: []string{"uploader/atomicfile", "uploader/fault", "uploader/paged", "uploader/speed"}, banned: anyOf(""),
		reason: "it is used everywhere and depends only on the standard library",
	},
	{
		from: belowVocabulary, banned: anyOf(exactly("uploader"), module+"/uploader/engine", module+"/uploader/scan", module+"/uploader/worker", module+"/uploader/lifecycle"),
		reason: "the vocabulary uses it, not the reverse",
	},
	{
		from:   []string{"uploader/admission", "uploader/journal", "uploader/partial", "uploader/table", "uploader/timing"},
		banned: anyOf(module+"/uploader/engine", module+"/uploader/scan", module+"/uploader/worker", module+"/uploader/lifecycle", module+"/uploader/deletion"),
		reason: "the loop calls it, not the reverse",
	},
	{
		from: []string{"uploader/deletion"}, banned: anyOf(module+"/uploader/engine", module+"/uploader/scan"),
		reason: "the engine passes functions to it",
	},
	{
		from: pureParts, but: []string{"uploader/retry"}, direct: true, banned: anyOf("os", "io/fs", exactMark+"net", "net/http", "database/sql", "syscall"),
		reason: "it does no I/O",
	},
	{
		from: []string{"widgets"}, banned: anyOf(module+"/uploader", module+"/app", module+"/db"),
		reason: "widgets take view models and must not depend on the engine",
	},
	{
		from: []string{"db"}, banned: anyOf("fyne.io", module+"/app", module+"/widgets", module+"/assets"),
		reason: "the database must not depend on a user interface",
	},
	{
		from: []string{"db"}, banned: anyOf(module+"/uploader/engine", module+"/uploader/scan", module+"/uploader/worker", module+"/uploader/lifecycle"),
		reason: "the database implements uploader.Store and does not run transfers",
	},
	{
		from: []string{"app"}, but: []string{"app/program"},
		banned: anyOf(module+"/db", "gorm.io", "modernc.org/sqlite"),
		reason: "the app uses the engine; only app/program also uses the database",
	},
	{
		from: []string{"app"}, but: []string{"app/program"}, banned: anyOf(module + "/app/program"),
		reason: "app/program assembles the parts, not the reverse",
	},
	{
		from: belowShell, banned: anyOf(append(below(windowParts), exactly("app"))...),
		reason: "the shell and the parts of the window use it, not the reverse",
	},
	{
		from: []string{"app/bus", "app/platform", "app/power"}, banned: anyOf("fyne.io", module+"/uploader"), allowed: []string{module + "/uploader/atomicfile", module + "/uploader/privatefile"},
		reason: "it is about the operating system and is tested without a window",
	},
	{
		from: []string{"app/presets"}, banned: anyOf("fyne.io", module+"/app"), allowed: []string{module + "/app/presets"},
		reason: "a preset is data and functions of values, without texts and I/O",
	},
	{
		from: []string{"app/view"}, direct: true, banned: anyOf("fyne.io", module+"/app/bridge", module+"/app/form", "os", exactMark+"net", "net/http", "database/sql"),
		reason: "a view is computed from a snapshot, without Fyne objects and I/O",
	},
	{
		from: []string{""}, but: []string{"app/internal/apptest", "app/internal/bustest", "app/endtoend/internal", "uploader/uploadtest", "widgets/internal"},
		banned: anyOf(module+"/app/internal/apptest", module+"/app/internal/bustest", module+"/uploader/uploadtest", module+"/widgets/internal"),
		reason: "it is for tests",
	},
	{
		from: []string{"assets", "docs"}, banned: anyOf(module+"/uploader", module+"/app", module+"/db", module+"/widgets"),
		reason: "assets are data",
	},
},
	partsApart(),
	order("the engine starts scans, workers use the lifecycle, and all use the vocabulary",
		"uploader/engine", "uploader/scan", "uploader/worker", "uploader/lifecycle", "uploader"),
	order("dialogs contain widgets, which are drawn with the theme",
		"widgets/dialog", "widgets", "widgets/list", "widgets/draw", "widgets/theme"),
)

// partsApart bans the parts of the window from each other and from the shell.
func partsApart() []ban {
	var bans []ban
	for _, part := range windowParts {
		others := slices.DeleteFunc(below(windowParts), func(path string) bool { return path == module+"/"+part })
		bans = append(bans, ban{
			from: []string{part}, banned: anyOf(append(others, exactly("app"))...),
			reason: "parts of the window get functions from the shell and do not import each other",
		})
	}
	return bans
}

// order bans each package from those before it.
func order(reason string, packages ...string) []ban {
	var bans []ban
	for i, name := range packages[1:] {
		var before []string
		for _, earlier := range packages[:i+1] {
			before = append(before, exactly(earlier))
		}
		bans = append(bans, ban{from: []string{exactly(name)}, banned: anyOf(before...), reason: reason})
	}
	return bans
}

func TestEveryPackageKeepsToItsLayer(t *testing.T) {
	t.Parallel()
	for _, violation := range check(list(t), bans) {
		t.Error(violation)
	}
}

func TestEveryBanIsAboutPackagesThatExist(t *testing.T) {
	t.Parallel()
	packages := list(t)
	exists := func(name string) bool {
		return slices.ContainsFunc(packages, func(p pkg) bool { return withinModule(p.ImportPath, name) })
	}
	for _, name := range slices.Concat(windowParts, belowShell, pureParts, belowVocabulary) {
		if !exists(name) {
			t.Errorf("package %s does not exist", name)
		}
	}
	for _, b := range bans {
		for _, name := range slices.Concat(b.from, b.but) {
			if !exists(name) {
				t.Errorf("%q is in the ban %q but does not exist", name, b.reason)
			}
		}
	}
}

// TestEveryAppPackageHasAPlace fails for a new package until it is in a layer.
func TestEveryAppPackageHasAPlace(t *testing.T) {
	t.Parallel()
	assembled := []string{exactly("app"), "app/program", "app/internal/apptest", "app/internal/bustest", "app/bench", "app/desktop", "app/endtoend", "app/interop", "app/layers"}
	for _, p := range list(t) {
		if within(p.ImportPath, module+"/app") && !withinAnyOfModule(p.ImportPath, slices.Concat(windowParts, belowShell, assembled)) {
			t.Errorf("%s is in no layer", p.ImportPath)
		}
	}
}

func TestCheckFindsBannedPackages(t *testing.T) {
	t.Parallel()
	bans := slices.Concat([]ban{
		{from: []string{"uploader"}, banned: anyOf("fyne.io"), reason: "no window"},
		{from: []string{"uploader"}, but: []string{"uploader/receiver"}, banned: noneOf("golang.org/x", module+"/uploader"), reason: "few modules"},
		{from: []string{"app/view"}, direct: true, banned: anyOf("fyne.io", "os"), reason: "pure"},
		{from: []string{""}, banned: anyOf(module + "/db"), reason: "no database"},
	}, order("order", "widgets/list", "widgets", "widgets/draw"))
	tests := map[string]struct {
		packages []pkg
		want     []string
	}{
		"ban reached through another package": {
			[]pkg{{ImportPath: module + "/uploader/tus", Deps: []string{"fmt", "golang.org/x/sync/errgroup", "fyne.io/fyne/v2"}}},
			[]string{"uploader/tus reaches fyne.io/fyne/v2: no window", "uploader/tus reaches fyne.io/fyne/v2: few modules"},
		},
		"standard library and allowed modules": {
			[]pkg{{ImportPath: module + "/uploader", Deps: []string{"fmt", "golang.org/x/time/rate", module + "/uploader/tus"}}},
			nil,
		},
		"exception applies to its ban only": {
			[]pkg{{ImportPath: module + "/uploader/receiver", Deps: []string{"github.com/tus/tusd/v2", "fyne.io/systray"}}},
			[]string{"uploader/receiver reaches fyne.io/systray: no window"},
		},
		"package with the same prefix": {
			[]pkg{{ImportPath: module + "/uploaders", Deps: []string{"fyne.io/fyne/v2"}}},
			nil,
		},
		"direct imports include the standard library": {
			[]pkg{{ImportPath: module + "/app/view", Imports: []string{"fmt", "os"}, Deps: []string{"fmt", "os", "fyne.io/fyne/v2"}}},
			[]string{"app/view imports os: pure"},
		},
		"all packages": {
			[]pkg{{ImportPath: module, Deps: []string{module + "/db"}}},
			[]string{"main reaches " + module + "/db: no database"},
		},
		"order": {
			[]pkg{
				{ImportPath: module + "/widgets/list", Deps: []string{module + "/widgets", module + "/widgets/draw"}},
				{ImportPath: module + "/widgets", Deps: []string{module + "/widgets/list", module + "/widgets/draw"}},
				{ImportPath: module + "/widgets/draw", Deps: []string{module + "/widgets/theme"}},
			},
			[]string{"widgets reaches " + module + "/widgets/list: order"},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			known := slices.Concat(test.packages, []pkg{{ImportPath: "fmt", Standard: true}, {ImportPath: "os", Standard: true}})
			if diff := cmp.Diff(test.want, check(known, bans)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// clockCalls are the functions of package time that read the clock or wait.
var clockCalls = []string{"After", "AfterFunc", "NewTicker", "NewTimer", "Now", "Since", "Sleep", "Tick", "Until"}

func TestPurePartsDoNotReadTheClock(t *testing.T) {
	t.Parallel()
	for path, file := range parseTree(t).files {
		if strings.HasSuffix(path, "_test.go") || !withinAny(path, pureParts) {
			continue
		}
		for _, name := range uses(file, "time", clockCalls) {
			t.Errorf("%s uses time.%s: the caller passes the time", path, name)
		}
	}
}

// TestViewCreatesNoWidgets checks that package view uses the models of package
// widgets, and the names of colours and icons of theme, but calls none of their
// functions.
func TestViewCreatesNoWidgets(t *testing.T) {
	t.Parallel()
	tr := parseTree(t)
	for path, file := range tr.files {
		if strings.HasSuffix(path, "_test.go") || !within(path, "app/view") {
			continue
		}
		ast.Inspect(file, func(node ast.Node) bool {
			call, ok := node.(*ast.CallExpr)
			if !ok {
				return true
			}
			for _, name := range []string{"widgets", "theme"} {
				for _, called := range uses(call.Fun, name, nil) {
					if _, isType := tr.types[called]; !isType { // a conversion is no call
						t.Errorf("%s calls %s.%s", path, name, called)
					}
				}
			}
			return true
		})
	}
}

func TestUsesFindsSelectors(t *testing.T) {
	t.Parallel()
	const text = "package p\nfunc f() { _ = time.Now(); _ = time.Second; _ = x.Now() }"
	file, err := parser.ParseFile(token.NewFileSet(), "p.go", text, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"Now"}, uses(file, "time", clockCalls)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"Now", "Second"}, uses(file, "time", nil)); diff != "" {
		t.Error(diff)
	}
}

// uses returns the names of a package that a node uses, of those in wanted; nil wants
// all.
func uses(node ast.Node, pkg string, wanted []string) []string {
	var found []string
	ast.Inspect(node, func(node ast.Node) bool {
		selector, ok := node.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		of, ok := selector.X.(*ast.Ident)
		if ok && of.Name == pkg && (wanted == nil || slices.Contains(wanted, selector.Sel.Name)) {
			found = append(found, selector.Sel.Name)
		}
		return true
	})
	return found
}

// check returns a line for each package that reaches what is banned for it.
func check(packages []pkg, bans []ban) []string {
	standard := map[string]bool{}
	for _, p := range packages {
		standard[p.ImportPath] = p.Standard
	}
	var violations []string
	for _, p := range packages {
		if !within(p.ImportPath, module) {
			continue
		}
		name := strings.TrimPrefix(strings.Replace(p.ImportPath, module, "main", 1), "main/")
		for _, b := range bans {
			if !withinAnyOfModule(p.ImportPath, b.from) || withinAnyOfModule(p.ImportPath, b.but) {
				continue
			}
			for _, path := range p.Deps {
				if !b.direct && !standard[path] && b.banned(path) && !withinAny(path, b.allowed) {
					violations = append(violations, name+" reaches "+path+": "+b.reason)
				}
			}
			for _, path := range p.Imports {
				if b.direct && b.banned(path) {
					violations = append(violations, name+" imports "+path+": "+b.reason)
				}
			}
		}
	}
	return violations
}

// exactMark begins a path that does not include the packages inside it.
const exactMark = "="

// exactly names a package of the module without those inside it.
func exactly(name string) string { return exactMark + module + "/" + name }

// below returns the import paths of packages of the module.
func below(names []string) []string {
	paths := make([]string, len(names))
	for i, name := range names {
		paths[i] = module + "/" + name
	}
	return paths
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
	if only, ok := strings.CutPrefix(parent, exactMark); ok {
		return path == only
	}
	return parent == "" || path == parent || strings.HasPrefix(path, parent+"/")
}

func withinAnyOfModule(path string, names []string) bool {
	return slices.ContainsFunc(names, func(name string) bool { return withinModule(path, name) })
}

// withinModule is within for a package that is named below the module.
func withinModule(path, name string) bool {
	switch {
	case name == "":
		return within(path, module)
	case strings.HasPrefix(name, exactMark):
		return within(path, name)
	default:
		return within(path, module+"/"+name)
	}
}

var listOnce = sync.OnceValues(func() ([]pkg, error) {
	// Look at every folder, so that a result is only taken from go test's cache while
	// no file changed: the cache does not see what the go command reads.
	if err := walk(func(string, fs.DirEntry) error { return nil }); err != nil {
		return nil, err
	}
	cmd := exec.Command("go", "list", "-deps", "-tags", "ci,migrated_fynedo", "-json=ImportPath,Name,Standard,Imports,Deps", module+"/...")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, errors.Join(err, errors.New(stderr.String()))
	}
	var packages []pkg
	for decoder := json.NewDecoder(bytes.NewReader(out)); ; {
		var p pkg
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			return packages, nil
		} else if err != nil {
			return nil, err
		}
		packages = append(packages, p)
	}
})

// list returns every package of the module and all that they reach.
func list(t *testing.T) []pkg {
	t.Helper()
	packages, err := listOnce()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	return packages
}
