package layers_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// pages are the documents whose names are checked.
var pages = []string{"README.md", "CONTRIBUTING.md", "SECURITY.md", "docs/*.md", "docs/adr/*.md"}

var (
	fence      = regexp.MustCompile("(?ms)^```.*?^```")
	code       = regexp.MustCompile("`([^`\n]+)`")
	link       = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	target     = regexp.MustCompile(`(?m)^([a-z0-9]+):`) // of the Makefile
	makeTarget = regexp.MustCompile(`\bmake ([a-z]\w*)`)

	pathForm     = regexp.MustCompile(`^[\w.\-/]+$`)
	selectorForm = regexp.MustCompile(`^\*?([A-Za-z_]\w*)\.([A-Za-z_]\w*)(?:\.([A-Za-z_]\w*))?$`)
	camelForm    = regexp.MustCompile(`^[a-z]+[A-Z]\w*$`)
	arguments    = regexp.MustCompile(`\([^()]*\)$`)

	// variable matches a part of a name that stands for others.
	variable = regexp.MustCompile(`(^|[./])(AREA|CODE|KEY|LANGUAGE|NAME)([./]|$)`)

	// fileName matches what is a file and not a selector.
	fileName = regexp.MustCompile(`\.(db|json|lock|log|md|mod|png|sql|sum|svg|toml|txt|txtar|yml)$`)
)

// notGo are names in lower camel case that are not Go identifiers of the module.
var notGo = []string{
	"mtime", "mtimeMs", // metadata keys of hosted services
}

// documented is what the names in the documentation are compared with.
type documented struct {
	tree    *tree
	foreign map[string]bool // names of the packages outside of the module
	targets map[string]bool // of the Makefile
	exists  func(path string) bool
}

func TestDocumentedNamesExist(t *testing.T) {
	t.Parallel()
	d := &documented{tree: parseTree(t), foreign: map[string]bool{}, targets: map[string]bool{}, exists: existsInRoot}
	for _, p := range list(t) {
		if p.ImportPath != module && !within(p.ImportPath, module) {
			d.foreign[p.Name] = true
		}
	}
	makefile, err := os.ReadFile(root + "/Makefile")
	if err != nil {
		t.Fatal(err)
	}
	for _, match := range target.FindAllSubmatch(makefile, -1) {
		d.targets[string(match[1])] = true
	}
	for _, pattern := range pages {
		found, err := filepath.Glob(filepath.Join(root, pattern))
		if err != nil || len(found) == 0 {
			t.Fatalf("no page %s: %v", pattern, err)
		}
		for _, page := range found {
			text, err := os.ReadFile(page)
			if err != nil {
				t.Fatal(err)
			}
			name, _ := filepath.Rel(root, page)
			for _, unknown := range d.unknown(filepath.ToSlash(name), string(text)) {
				t.Errorf("%s: %s does not exist", name, unknown)
			}
		}
	}
}

func TestMadeUpNamesAreReported(t *testing.T) {
	t.Parallel()
	d := &documented{
		tree:    parseTree(t),
		foreign: map[string]bool{"http": true},
		targets: map[string]bool{"test": true},
		exists:  existsInRoot,
	}
	for name, test := range map[string]struct {
		text string
		want []string
	}{
		"package":               {"`uploader/engine`, `uploader/motor`", []string{"uploader/motor"}},
		"folder":                {"`uploader/engine/`, `db/nowhere/`", []string{"db/nowhere/"}},
		"file":                  {"`uploader/engine/loop.go`, `uploader/engine/nothing.go`", []string{"uploader/engine/nothing.go"}},
		"file without a folder": {"`loop.go`, `nothing.go`", []string{"nothing.go"}},
		"test":                  {"`TestDocumentedNamesExist`, `TestMadeUp`", []string{"TestMadeUp"}},
		"name of a package":     {"`lifecycle.Step`, `lifecycle.Leap`", []string{"lifecycle.Leap"}},
		"with its package path": {"`uploader/lifecycle.Step`, `uploader/lifecycle.Leap`", []string{"uploader/lifecycle.Leap"}},
		"call":                  {"`Step(transfer, input, now)`, `lifecycle.Leap(transfer)`", []string{"lifecycle.Leap(transfer)"}},
		"method":                {"`scan.Scanner.Run`, `scan.Scanner.Jump`", []string{"scan.Scanner.Jump"}},
		"field":                 {"`uploader.Transfer.Intent`, `uploader.Transfer.Mood`", []string{"uploader.Transfer.Mood"}},
		"method of a type":      {"`loop.execute`, `loop.dance`", []string{"loop.dance"}},
		"pointer":               {"`*fault.Fault`, `*fault.Blame`", []string{"*fault.Blame"}},
		"unknown package":       {"`http.Client`, `motor.Start`", []string{"motor.Start"}},
		"unexported":            {"`newTransfer`, `newMotor`", []string{"newMotor"}},
		"target":                {"`make test`, `make coffee`", []string{"make coffee"}},
		"target in a block":     {"```\nmake test # all\nmake coffee\n```", []string{"make coffee"}},
		"link":                  {"[a](docs/protocol.md) [b](docs/nothing.md) [c](https://example.com) [d](#here)", []string{"docs/nothing.md"}},
		"name with a variable":  {"`settings.KEY`, `docs/user-guide.LANGUAGE.md`", nil},
		"names of other things": {"`kill -9` `instance.json` `application/json` `Upload-Offset` `streams/…/NAME` `POST` `en`", nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(test.want, d.unknown("README.md", test.text)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestEveryPackageIsInTheArchitecture(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(root + "/docs/architecture.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range list(t) {
		name, ours := strings.CutPrefix(p.ImportPath, module+"/")
		if ours && !strings.Contains(string(text), "`"+name+"`") {
			t.Errorf("package %s is not in docs/architecture.md", name)
		}
	}
}

// unknown returns the names in a page that are not in the tree, in their order.
func (d *documented) unknown(page, text string) []string {
	var unknown []string
	for _, match := range makeTarget.FindAllStringSubmatch(codeOf(text), -1) {
		if !d.targets[match[1]] {
			unknown = append(unknown, match[0])
		}
	}
	prose := fence.ReplaceAllString(text, "")
	for _, match := range code.FindAllStringSubmatch(prose, -1) {
		if !d.known(match[1]) {
			unknown = append(unknown, match[1])
		}
	}
	for _, match := range link.FindAllStringSubmatch(prose, -1) {
		to, _, _ := strings.Cut(match[1], "#")
		if to != "" && !strings.Contains(to, "://") && !d.exists(filepath.Join(filepath.Dir(page), to)) {
			unknown = append(unknown, match[1])
		}
	}
	return unknown
}

// codeOf returns the code blocks and code spans of a page.
func codeOf(text string) string {
	parts := fence.FindAllString(text, -1)
	for _, match := range code.FindAllStringSubmatch(fence.ReplaceAllString(text, ""), -1) {
		parts = append(parts, match[1])
	}
	return strings.Join(parts, "\n")
}

// known reports whether a code span names something that exists, or is not a name of
// this repository.
func (d *documented) known(span string) bool {
	name := arguments.ReplaceAllString(span, "")
	folder, rest := "", name
	if i := strings.LastIndex(name, "/"); i >= 0 {
		folder, rest = name[:i], name[i+1:]
	}
	switch {
	case variable.MatchString(name):
		return true
	case folder != "" && !pathForm.MatchString(name), folder != "" && !d.inRepository(folder):
		return true // such as a media type or a package of the standard library
	case folder != "" && d.exists(name):
		return true
	case folder != "" && (!selectorForm.MatchString(rest) || strings.HasSuffix(rest, ".go") || !d.exists(filepath.Join(filepath.Dir(name), strings.Split(rest, ".")[0]))):
		return false
	case strings.HasSuffix(rest, ".go"):
		return d.hasFile(rest)
	case fileName.MatchString(rest):
		return true
	case isTestName(rest):
		return d.tree.tests[rest] || d.tree.names[rest]
	case selectorForm.MatchString(rest):
		return d.hasSelector(selectorForm.FindStringSubmatch(rest)[1:])
	case camelForm.MatchString(rest):
		return d.tree.names[rest] || slices.Contains(notGo, rest)
	default:
		return true
	}
}

// inRepository reports whether a path begins with a folder of the repository.
func (d *documented) inRepository(path string) bool {
	first, _, _ := strings.Cut(path, "/")
	return first != "bin" && first != ".cache" && first != "." && first != "" && d.exists(first)
}

func (d *documented) hasFile(base string) bool {
	for path := range d.tree.files {
		if filepath.Base(path) == base {
			return true
		}
	}
	return false
}

// hasSelector reports whether package.Name, package.Type.Member or Type.Member is
// declared, or belongs to a package outside of the module.
func (d *documented) hasSelector(parts []string) bool {
	first, second, third := parts[0], parts[1], parts[2]
	if pkg, ours := d.tree.packages[first]; ours {
		if members, declared := pkg[second]; declared {
			return third == "" || members[third]
		}
	}
	if members, isType := d.tree.types[first]; isType && third == "" {
		return members[second]
	}
	_, ours := d.tree.packages[first]
	return !ours && d.foreign[first]
}

func existsInRoot(path string) bool {
	_, err := os.Stat(filepath.Join(root, path))
	return err == nil
}
