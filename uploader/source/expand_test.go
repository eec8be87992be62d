package source_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/source"
)

// found is one pair that Expand yielded: the relative path, and the fault's kind
// if there was one.
type found struct{ rel, fault string }

// disk is the computer's own.
var disk source.Disk

func expand(t testing.TB, options source.Options, roots ...string) []found {
	t.Helper()
	var all []found
	for file, err := range disk.Expand(context.Background(), roots, options) {
		got := found{rel: file.RelPath}
		if err != nil {
			got.fault = fault.Of(err).Kind.String()
		}
		if !filepath.IsAbs(file.Path) {
			t.Errorf("path %q is not absolute", file.Path)
		}
		all = append(all, got)
	}
	return all
}

// tree makes files, named by slash-separated paths, and returns its root "top".
func tree(t testing.TB, files ...string) string {
	t.Helper()
	top := filepath.Join(t.TempDir(), "top")
	if err := os.Mkdir(top, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		write(t, filepath.Join(top, filepath.FromSlash(file)), file)
	}
	return top
}

func rels(rels ...string) []found {
	var all []found
	for _, rel := range rels {
		all = append(all, found{rel: rel})
	}
	return all
}

func TestExpand(t *testing.T) {
	for _, test := range []struct {
		name    string
		files   []string
		roots   []string // under top
		options source.Options
		want    []found
	}{
		{"a file is itself, without a relative path", []string{"a"}, []string{"a"}, source.Options{Hidden: true}, rels("")},
		{
			"a folder is its files in the order of their names, hidden ones too",
			[]string{"b", "a/z", "a/.hidden", ".dot/x", "c"},
			[]string{"."},
			source.Options{Hidden: true},
			rels("top/.dot/x", "top/a/.hidden", "top/a/z", "top/b", "top/c"),
		},
		{"an empty folder is nothing", []string{"a"}, []string{"empty"}, source.Options{Hidden: true}, nil},
		{"a missing root is a fault", nil, []string{"none"}, source.Options{Hidden: true}, []found{{"", "source-missing"}}},
		{"an empty root is a fault", nil, []string{""}, source.Options{Hidden: true}, []found{{"", "source-missing"}}},
		{
			"a root given twice is taken once",
			[]string{"a", "d/b"},
			[]string{".", "a", ".", "d", "d/b"},
			source.Options{Hidden: true},
			rels("top/a", "top/d/b"),
		},
		{
			"an inner root that comes first keeps its own name",
			[]string{"a", "d/b"},
			[]string{"a", "a", "d", "."},
			source.Options{Hidden: true},
			rels("", "d/b"),
		},
		{
			"what desktops leave behind is passed over, unless dropped by name",
			[]string{"a", ".DS_Store", "d/Thumbs.db", "d/desktop.ini", "~$report.docx", "d/b"},
			[]string{".", ".DS_Store"},
			source.Options{Hidden: true, Ignore: source.DefaultIgnore()},
			rels("top/a", "top/d/b", ""),
		},
		{
			"ignoring a folder ignores what it holds",
			[]string{"node_modules/a", "src/node_modules/b", "src/c"},
			[]string{"."},
			source.Options{Hidden: true, Ignore: []string{"node_*"}},
			rels("top/src/c"),
		},
		{
			"a malformed pattern means itself",
			[]string{"[a", "a"},
			[]string{"."},
			source.Options{Hidden: true, Ignore: []string{"[a"}},
			rels("top/a"),
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			top := tree(t, test.files...)
			if err := os.MkdirAll(filepath.Join(top, "empty"), 0o755); err != nil {
				t.Fatal(err)
			}
			var roots []string
			for _, root := range test.roots {
				if root != "" {
					root = filepath.Join(top, root)
				}
				roots = append(roots, root)
			}
			if test.name == "an empty root is a fault" {
				for file, err := range disk.Expand(t.Context(), roots, test.options) {
					if file.Path != "" || !fault.Is(err, fault.SourceMissing) {
						t.Errorf("got %+v, %v", file, err)
					}
				}
				return
			}
			if diff := cmp.Diff(test.want, expand(t, test.options, roots...), cmp.AllowUnexported(found{})); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestExpandSaysWhatStatSays(t *testing.T) {
	top := tree(t, "a", "d/b")
	for file, err := range disk.Expand(t.Context(), []string{top}, source.Options{Hidden: true}) {
		if err != nil {
			t.Fatal(err)
		}
		want := stat(t, file.Path)
		want.RelPath = file.RelPath
		if diff := cmp.Diff(want, file); diff != "" {
			t.Error(diff)
		}
	}
}

func TestExpandStops(t *testing.T) {
	top := tree(t, "a", "b", "c")
	t.Run("when the caller has enough", func(t *testing.T) {
		n := 0
		for range disk.Expand(t.Context(), []string{top, top}, source.Options{Hidden: true}) {
			n++
			break
		}
		if n != 1 {
			t.Errorf("%d pairs", n)
		}
	})
	t.Run("when the context ends, saying so last", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		var got []error
		for file, err := range disk.Expand(ctx, []string{top}, source.Options{Hidden: true}) {
			cancel()
			got = append(got, err)
			if err != nil && file != (source.File{}) {
				t.Errorf("the last pair has a file: %+v", file)
			}
		}
		if len(got) != 2 || got[0] != nil || !fault.Stopped(got[1]) {
			t.Errorf("got %v", got)
		}
	})
}

func FuzzExpandRelPath(f *testing.F) {
	for _, name := range oddNames {
		f.Add(name, "file")
		f.Add("folder", name)
	}
	f.Fuzz(func(t *testing.T, folder, name string) {
		top := filepath.Join(t.TempDir(), "top")
		dir := filepath.Join(top, folder)
		if strings.ContainsAny(folder+name, "/\x00") || filepath.Base(dir) != folder || filepath.Base(name) != name || name == "." || name == ".." {
			t.Skip("not two names")
		}
		if os.MkdirAll(dir, 0o755) != nil || os.WriteFile(filepath.Join(dir, name), nil, 0o600) != nil {
			t.Skip("not names this system takes")
		}
		want := []found{{rel: "top/" + folder + "/" + name}}
		got := expand(t, source.Options{Hidden: true}, top)
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(found{})); diff != "" {
			t.Fatal(diff)
		}
		for element := range strings.SplitSeq(got[0].rel, "/") {
			if element == "" || element == "." || element == ".." {
				t.Fatalf("%q has the element %q", got[0].rel, element)
			}
		}
	})
}

func BenchmarkExpand(b *testing.B) {
	const files = 100_000
	dir := b.TempDir()
	for i := range files {
		file, err := os.Create(filepath.Join(dir, fmt.Sprintf("%06d.jpg", i)))
		if err != nil {
			b.Fatal(err)
		}
		_ = file.Close()
	}
	b.ReportAllocs()
	for b.Loop() {
		n := 0
		for _, err := range disk.Expand(b.Context(), []string{dir}, source.Options{Hidden: true, Ignore: source.DefaultIgnore()}) {
			if err != nil {
				b.Fatal(err)
			}
			n++
		}
		if n != files {
			b.Fatalf("%d files", n)
		}
	}
	b.ReportMetric(float64(files)*float64(b.N)/b.Elapsed().Seconds(), "files/s")
}

func TestHiddenFilesAreLeftOutUnlessDropped(t *testing.T) {
	top := tree(t, ".a", "b", ".c/d")
	if diff := cmp.Diff([]found{{rel: "top/b"}}, expand(t, source.Options{}, top), cmp.AllowUnexported(found{})); diff != "" {
		t.Error("of the folder (-want +got):\n" + diff)
	}
	if n := len(expand(t, source.Options{}, top, filepath.Join(top, ".a"), filepath.Join(top, ".c"))); n != 3 {
		t.Errorf("%d files with those dropped by name, want 3", n)
	}
}
