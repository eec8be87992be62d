package layers_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// root is the top folder of the repository.
const root = "../.."

// tree is what the Go files of the module declare, on every system and with all build
// tags.
type tree struct {
	files    map[string]*ast.File                  // by path below the module, with slashes
	packages map[string]map[string]map[string]bool // package name → declared name → members of a type
	types    map[string]map[string]bool            // type name → members, in whichever package
	tests    map[string]bool                       // tests, benchmarks and fuzz tests
	names    map[string]bool                       // all declared names, fields and methods
}

func newTree() *tree {
	return &tree{
		files: map[string]*ast.File{}, packages: map[string]map[string]map[string]bool{}, types: map[string]map[string]bool{},
		tests: map[string]bool{}, names: map[string]bool{},
	}
}

var parseOnce = sync.OnceValues(func() (*tree, error) {
	tr, set := newTree(), token.NewFileSet()
	err := walk(func(path string, entry fs.DirEntry) error {
		if entry.IsDir() || !strings.HasSuffix(path, ".go") {
			return nil
		}
		file, err := parser.ParseFile(set, filepath.Join(root, path), nil, parser.SkipObjectResolution)
		if err == nil {
			tr.add(filepath.ToSlash(path), file)
		}
		return err
	})
	return tr, err
})

// parseTree parses all Go files of the module.
func parseTree(t *testing.T) *tree {
	t.Helper()
	tr, err := parseOnce()
	if err != nil {
		t.Fatal(err)
	}
	return tr
}

// walk calls visit for every file and folder of the repository except hidden ones at
// the top, build output and testdata. Paths are below the root.
func walk(visit func(path string, entry fs.DirEntry) error) error {
	return filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || path == root {
			return err
		}
		hidden := strings.HasPrefix(entry.Name(), ".")
		if entry.IsDir() && (hidden || entry.Name() == "bin" || entry.Name() == "dist" || entry.Name() == "testdata") {
			return fs.SkipDir
		}
		below, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		return visit(below, entry)
	})
}

// add adds the declarations of a file.
func (tr *tree) add(path string, file *ast.File) {
	tr.files[path] = file
	pkg := strings.TrimSuffix(file.Name.Name, "_test")
	for _, declaration := range file.Decls {
		switch d := declaration.(type) {
		case *ast.FuncDecl:
			if d.Recv != nil && len(d.Recv.List) == 1 {
				tr.declareMember(pkg, receiverType(d.Recv.List[0].Type), d.Name.Name)
				continue
			}
			tr.declare(pkg, d.Name.Name)
			if strings.HasSuffix(path, "_test.go") && isTestName(d.Name.Name) {
				tr.tests[d.Name.Name] = true
			}
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				tr.addSpec(pkg, spec)
			}
		}
	}
}

func (tr *tree) addSpec(pkg string, spec ast.Spec) {
	switch s := spec.(type) {
	case *ast.ValueSpec:
		for _, name := range s.Names {
			tr.declare(pkg, name.Name)
		}
	case *ast.TypeSpec:
		tr.declare(pkg, s.Name.Name)
		if tr.types[s.Name.Name] == nil {
			tr.types[s.Name.Name] = map[string]bool{}
		}
		var members *ast.FieldList
		switch kind := s.Type.(type) {
		case *ast.StructType:
			members = kind.Fields
		case *ast.InterfaceType:
			members = kind.Methods
		default:
			return
		}
		for _, member := range members.List {
			for _, name := range member.Names {
				tr.declareMember(pkg, s.Name.Name, name.Name)
			}
		}
	}
}

func (tr *tree) declare(pkg, name string) {
	if tr.packages[pkg] == nil {
		tr.packages[pkg] = map[string]map[string]bool{}
	}
	if tr.packages[pkg][name] == nil {
		tr.packages[pkg][name] = map[string]bool{}
	}
	tr.names[name] = true
}

func (tr *tree) declareMember(pkg, typeName, member string) {
	tr.declare(pkg, typeName)
	tr.packages[pkg][typeName][member] = true
	if tr.types[typeName] == nil {
		tr.types[typeName] = map[string]bool{}
	}
	tr.types[typeName][member] = true
	tr.names[member] = true
}

// receiverType returns the name of a receiver's type.
func receiverType(expr ast.Expr) string {
	switch e := expr.(type) {
	case *ast.StarExpr:
		return receiverType(e.X)
	case *ast.IndexExpr:
		return receiverType(e.X)
	case *ast.IndexListExpr:
		return receiverType(e.X)
	case *ast.Ident:
		return e.Name
	default:
		return ""
	}
}

// isTestName reports whether go test runs a function of that name.
func isTestName(name string) bool {
	for _, prefix := range []string{"Test", "Benchmark", "Fuzz"} {
		if rest, ok := strings.CutPrefix(name, prefix); ok && rest != "" && !(rest[0] >= 'a' && rest[0] <= 'z') {
			return true
		}
	}
	return false
}
