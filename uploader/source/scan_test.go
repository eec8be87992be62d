package source_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/source"
)

// found is one yielded pair: the relative path, and the kind of the fault if there was one,
// or "link", "useless link" or "special" for what is skipped.
type found struct{ rel, fault string }

var skipNames = map[source.SkipReason]string{
	source.SkippedLink: "link", source.SkippedUseless: "useless link", source.SkippedSpecial: "special",
}

var disk source.Disk // the zero Disk: the real file system

func scan(t testing.TB, options source.ScanOptions, roots ...string) []found {
	t.Helper()
	return scanDisk(t, disk, options, roots...)
}

func scanDisk(t testing.TB, disk source.Disk, options source.ScanOptions, roots ...string) []found {
	t.Helper()
	var all []found
	for file, err := range disk.Scan(context.Background(), roots, options) {
		got := found{rel: file.RelPath}
		if skipped, ok := errors.AsType[*source.Skipped](err); ok {
			got.fault = skipNames[skipped.Reason]
		} else if err != nil {
			got.fault = fault.Of(err).Kind.String()
		}
		if !filepath.IsAbs(file.Path) {
			t.Errorf("path %q is not absolute", file.Path)
		}
		all = append(all, got)
	}
	return all
}

// tree creates files, given by slash-separated paths, in a folder "top", and returns its
// path.
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

func TestScan(t *testing.T) {
	for _, test := range []struct {
		name    string
		files   []string
		roots   []string // below top
		options source.ScanOptions
		want    []found
	}{
		{"file", []string{"a"}, []string{"a"}, source.ScanOptions{Hidden: true}, rels("")},
		{
			"folder with hidden files, sorted by name",
			[]string{"b", "a/z", "a/.hidden", ".dot/x", "c"},
			[]string{"."},
			source.ScanOptions{Hidden: true},
			rels("top/.dot/x", "top/a/.hidden", "top/a/z", "top/b", "top/c"),
		},
		{
			"numbers in names by their value",
			[]string{"IMG 10", "IMG 9", "img 1/x", "IMG 100"},
			[]string{"."},
			source.ScanOptions{},
			rels("top/img 1/x", "top/IMG 9", "top/IMG 10", "top/IMG 100"),
		},
		{"empty folder", []string{"a"}, []string{"empty"}, source.ScanOptions{Hidden: true}, nil},
		{"missing root", nil, []string{"none"}, source.ScanOptions{Hidden: true}, []found{{"", "source-missing"}}},
		{"empty path", nil, []string{""}, source.ScanOptions{Hidden: true}, []found{{"", "source-missing"}}},
		{
			"duplicate roots",
			[]string{"a", "d/b"},
			[]string{".", "a", ".", "d", "d/b"},
			source.ScanOptions{Hidden: true},
			rels("top/a", "top/d/b"),
		},
		{
			"inner roots before the outer one",
			[]string{"a", "d/b"},
			[]string{"a", "a", "d", "."},
			source.ScanOptions{Hidden: true},
			rels("", "d/b"),
		},
		{
			"ignored files, except as roots",
			[]string{"a", ".DS_Store", "d/Thumbs.db", "d/desktop.ini", "~$report.docx", "d/b"},
			[]string{".", ".DS_Store"},
			source.ScanOptions{Hidden: true, Ignore: source.DefaultIgnore()},
			rels("top/a", "top/d/b", ""),
		},
		{
			"ignored folder",
			[]string{"node_modules/a", "src/node_modules/b", "src/c"},
			[]string{"."},
			source.ScanOptions{Hidden: true, Ignore: []string{"node_*"}},
			rels("top/src/c"),
		},
		{
			"malformed pattern",
			[]string{"[a", "a"},
			[]string{"."},
			source.ScanOptions{Hidden: true, Ignore: []string{"[a"}},
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
			if test.name == "empty path" {
				for file, err := range disk.Scan(t.Context(), roots, test.options) {
					if file.Path != "" || !fault.Is(err, fault.SourceMissing) {
						t.Errorf("got %+v, %v", file, err)
					}
				}
				return
			}
			if diff := cmp.Diff(test.want, scan(t, test.options, roots...), cmp.AllowUnexported(found{})); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestScanMatchesStat(t *testing.T) {
	top := tree(t, "a", "d/b")
	for file, err := range disk.Scan(t.Context(), []string{top}, source.ScanOptions{Hidden: true}) {
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

func TestScanStops(t *testing.T) {
	top := tree(t, "a", "b", "c")
	t.Run("when the caller stops", func(t *testing.T) {
		n := 0
		for range disk.Scan(t.Context(), []string{top, top}, source.ScanOptions{Hidden: true}) {
			n++
			break
		}
		if n != 1 {
			t.Errorf("%d pairs, want 1", n)
		}
	})
	t.Run("when the context ends", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		var got []error
		for file, err := range disk.Scan(ctx, []string{top}, source.ScanOptions{Hidden: true}) {
			cancel()
			got = append(got, err)
			if err != nil && file != (source.File{}) {
				t.Errorf("last pair has file %+v", file)
			}
		}
		if len(got) != 2 || got[0] != nil || !fault.IsCanceled(got[1]) {
			t.Errorf("errors %v, want nil and the context's error", got)
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
			t.Skip("not two file names")
		}
		if os.MkdirAll(dir, 0o755) != nil || os.WriteFile(filepath.Join(dir, name), nil, 0o600) != nil {
			t.Skip("file names not allowed by this system")
		}
		want := []found{{rel: "top/" + folder + "/" + name}}
		got := scan(t, source.ScanOptions{Hidden: true}, top)
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(found{})); diff != "" {
			t.Fatal(diff)
		}
		for element := range strings.SplitSeq(got[0].rel, "/") {
			if element == "" || element == "." || element == ".." {
				t.Fatalf("%q has element %q", got[0].rel, element)
			}
		}
	})
}

func BenchmarkScan(b *testing.B) {
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
		for _, err := range disk.Scan(b.Context(), []string{dir}, source.ScanOptions{Hidden: true, Ignore: source.DefaultIgnore()}) {
			if err != nil {
				b.Fatal(err)
			}
			n++
		}
		if n != files {
			b.Fatalf("%d files, want %d", n, files)
		}
	}
	b.ReportMetric(float64(files)*float64(b.N)/b.Elapsed().Seconds(), "files/s")
}

func TestScanSkipsHiddenFilesExceptRoots(t *testing.T) {
	top := tree(t, ".a", "b", ".c/d")
	if diff := cmp.Diff([]found{{rel: "top/b"}}, scan(t, source.ScanOptions{}, top), cmp.AllowUnexported(found{})); diff != "" {
		t.Error("files differ (-want +got):\n" + diff)
	}
	if n := len(scan(t, source.ScanOptions{}, top, filepath.Join(top, ".a"), filepath.Join(top, ".c"))); n != 3 {
		t.Errorf("%d files with hidden roots, want 3", n)
	}
}

// TestScanAllocationsPerFile: what a file costs does not depend on how many there are.
func TestScanAllocationsPerFile(t *testing.T) {
	perFile := func(files int) float64 {
		var names []string
		for i := range files {
			names = append(names, fmt.Sprintf("folder/%04d", i))
		}
		top := tree(t, names...)
		return testing.AllocsPerRun(2, func() {
			for _, err := range disk.Scan(t.Context(), []string{top}, source.ScanOptions{Hidden: true}) {
				if err != nil {
					t.Fatal(err)
				}
			}
		}) / float64(files)
	}
	few, many := perFile(200), perFile(2000)
	if many > few || many > 8 {
		t.Errorf("%.1f allocations for each of 2,000 files, %.1f of 200, want at most 8 and no more", many, few)
	}
}
