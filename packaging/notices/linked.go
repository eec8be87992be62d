package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// systems are the builds whose components are listed, as GOOS/GOARCH.
var systems = []string{"linux/amd64", "linux/arm64", "windows/amd64", "windows/arm64", "darwin/amd64", "darwin/arm64"}

// tags are the build tags of the program; see Makefile.
const tags = "migrated_fynedo"

// goName is the component that stands for Go's standard library and runtime. Its
// version is not part of the notices, since any version from that in go.mod on may
// build the program.
const goName = "Go"

// component is a module, or the standard library, that is linked into the program.
type component struct {
	name    string
	version string          // "" for Ferry and Go
	dir     string          // its root folder
	linked  map[string]bool // folders of its linked packages, below dir, with slashes
	main    bool            // Ferry itself
}

// goPackage is the part of the output of go list -json that is used.
type goPackage struct {
	ImportPath string
	Dir        string
	Standard   bool
	Module     *struct {
		Path, Version, Dir string
		Main               bool
		Replace            *struct{ Path, Version, Dir string }
	}
	Error *struct{ Err string }
}

// listLinked returns the components of the builds for all systems, sorted, Ferry and Go
// first. Missing are the packages that cannot be loaded, such as those of a module that
// is not in the module cache. Env is added to the environment of the go command.
func listLinked(ctx context.Context, root string, env []string) (linked []*component, missing []string, err error) {
	found := map[string]*component{}
	for _, system := range systems {
		packages, err := listPackages(ctx, root, system, env)
		if err != nil {
			return nil, nil, fmt.Errorf("list packages for %s: %w", system, err)
		}
		for _, p := range packages {
			if p.Error != nil {
				missing = append(missing, p.ImportPath)
				continue
			}
			if err := addPackage(found, p); err != nil {
				return nil, nil, err
			}
		}
	}
	slices.Sort(missing)
	linked = slices.SortedFunc(maps.Values(found), func(a, b *component) int {
		return cmp.Or(cmp.Compare(a.rank(), b.rank()), strings.Compare(a.name, b.name))
	})
	return linked, slices.Compact(missing), nil
}

func (c *component) rank() int {
	switch {
	case c.main:
		return 0
	case c.name == goName:
		return 1
	default:
		return 2
	}
}

// listPackages returns all packages that are linked into the program of a system.
func listPackages(ctx context.Context, root, system string, env []string) ([]goPackage, error) {
	goos, goarch, _ := strings.Cut(system, "/")
	list := exec.CommandContext(ctx, "go", "list", "-e", "-deps", "-tags", tags, "-json=ImportPath,Dir,Standard,Module,Error", ".")
	list.Dir = root
	list.Env = append(append(os.Environ(), env...), "GOOS="+goos, "GOARCH="+goarch, "CGO_ENABLED=1")
	list.Stderr = os.Stderr
	output, err := list.Output()
	if err != nil {
		return nil, err
	}
	var packages []goPackage
	for decoder := json.NewDecoder(bytes.NewReader(output)); ; {
		var p goPackage
		err := decoder.Decode(&p)
		if errors.Is(err, io.EOF) {
			return packages, nil
		}
		if err != nil {
			return nil, err
		}
		packages = append(packages, p)
	}
}

// addPackage adds a package to its component.
func addPackage(found map[string]*component, p goPackage) error {
	var c component
	switch m := p.Module; {
	case p.Standard:
		c = component{name: goName, dir: goRoot(p)}
	case m == nil:
		return fmt.Errorf("package %s is in no module", p.ImportPath)
	case m.Main:
		c = component{name: "Ferry", dir: m.Dir, main: true}
	case m.Replace != nil:
		c = component{name: m.Path, version: strings.TrimSpace(m.Replace.Path + " " + m.Replace.Version), dir: m.Replace.Dir}
	default:
		c = component{name: m.Path, version: m.Version, dir: m.Dir}
	}
	known := found[c.name]
	if known == nil {
		known = &c
		known.linked = map[string]bool{}
		found[c.name] = known
	}
	if p.Dir == "" || p.Standard {
		return nil
	}
	below, err := filepath.Rel(known.dir, p.Dir)
	if err != nil {
		return err
	}
	known.linked[filepath.ToSlash(below)] = true
	return nil
}

// goRoot returns the root folder of Go from the folder of a package in it. It is empty
// for the package unsafe and the like, which have none.
func goRoot(p goPackage) string {
	return strings.TrimSuffix(strings.TrimSuffix(filepath.ToSlash(p.Dir), "/"+p.ImportPath), "/src")
}
