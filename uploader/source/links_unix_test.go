//go:build unix

package source_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/source"
)

var following = source.Disk{}.FollowLinks(true)

// linked creates links, given as "path -> target", in a folder.
func linked(t testing.TB, top string, links ...string) {
	t.Helper()
	for _, one := range links {
		path, target, _ := strings.Cut(one, " -> ")
		path = filepath.Join(top, path)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		link(t, target, path)
	}
}

func TestScanLinks(t *testing.T) {
	outside := tree(t, "far/c", "secret")
	fifo(t, filepath.Join(outside, "pipe"))
	link(t, ".", filepath.Join(outside, "far", "again"))
	for _, test := range []struct {
		name         string
		files, links []string
		plain        map[string]string // without following
		followed     map[string]string
	}{
		{
			"to a file outside",
			[]string{"a"},
			[]string{"readme.txt -> " + outside + "/secret"},
			map[string]string{"/a": "", "/readme.txt": "link"},
			map[string]string{"/a": "", "/readme.txt": ""},
		},
		{
			"to a folder outside",
			[]string{"a"},
			[]string{"out -> " + outside + "/far"},
			map[string]string{"/a": "", "/out": "link"},
			map[string]string{"/a": "", "/out/c": "", "/out/again": "useless link"},
		},
		{
			"two links to one folder outside: scanned once",
			nil,
			[]string{"x -> " + outside + "/far", "y -> " + outside + "/far"},
			map[string]string{"/x": "link", "/y": "link"},
			map[string]string{"/x/c": "", "/x/again": "useless link", "/y": "useless link"},
		},
		{
			"to a file inside",
			[]string{"v3.txt"},
			[]string{"latest.txt -> v3.txt"},
			map[string]string{"/v3.txt": "", "/latest.txt": "link"},
			map[string]string{"/v3.txt": "", "/latest.txt": ""},
		},
		{
			"to a folder inside, which keeps its own name",
			[]string{"day 1/b"},
			[]string{"a -> day 1"},
			map[string]string{"/day 1/b": "", "/a": "link"},
			map[string]string{"/day 1/b": "", "/a": "useless link"},
		},
		{
			"to the parent, to the folder and to itself",
			[]string{"d/b"},
			[]string{"d/parent -> ..", "d/here -> .", "self -> self"},
			map[string]string{"/d/b": "", "/d/parent": "link", "/d/here": "link", "/self": "link"},
			map[string]string{"/d/b": "", "/d/parent": "useless link", "/d/here": "useless link", "/self": "useless link"},
		},
		{
			"to each other",
			[]string{"a"},
			[]string{"x -> y", "y -> x", "z -> x/deeper"},
			map[string]string{"/a": "", "/x": "link", "/y": "link", "/z": "link"},
			map[string]string{"/a": "", "/x": "useless link", "/y": "useless link", "/z": "useless link"},
		},
		{
			"to nothing",
			[]string{"a"},
			[]string{"gone -> nowhere", "through -> a/b"},
			map[string]string{"/a": "", "/gone": "link", "/through": "link"},
			map[string]string{"/a": "", "/gone": "useless link", "/through": "useless link"},
		},
		{
			"a chain",
			nil,
			[]string{"one -> two", "two -> three", "three -> " + outside + "/secret"},
			map[string]string{"/one": "link", "/two": "link", "/three": "link"},
			map[string]string{"/one": "", "/two": "", "/three": ""},
		},
		{
			"to a pipe and to a device",
			nil,
			[]string{"pipe -> " + outside + "/pipe", "zero -> /dev/zero"},
			map[string]string{"/pipe": "link", "/zero": "link"},
			map[string]string{"/pipe": "special", "/zero": "special"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			top := tree(t, test.files...)
			linked(t, top, test.links...)
			compare(t, scan(t, source.ScanOptions{Hidden: true}, top), test.plain, "top")
			compare(t, scanDisk(t, following, source.ScanOptions{Hidden: true}, top), test.followed, "top")
		})
	}
}

func TestScanFollowsLinksThatWereAdded(t *testing.T) {
	outside := tree(t, "far/c", "secret")
	link(t, outside, filepath.Join(outside, "back"))
	dir := t.TempDir()
	toFolder, toFile := link(t, outside, filepath.Join(dir, "linked")), link(t, outside+"/secret", filepath.Join(dir, "file"))
	t.Run("folder, with the name of the link", func(t *testing.T) {
		compare(t, scan(t, source.ScanOptions{}, toFolder), map[string]string{"/far/c": "", "/secret": "", "/back": "link"}, "linked")
	})
	t.Run("file", func(t *testing.T) {
		compare(t, scan(t, source.ScanOptions{}, toFile), map[string]string{"": ""}, "")
	})
	for _, roots := range [][]string{{dir, toFile}, {toFile, dir}} {
		for _, disk := range []source.Disk{disk, following} {
			files := 0
			for file, err := range disk.Scan(t.Context(), roots, source.ScanOptions{}) {
				if err == nil && file.Path == toFile {
					files++
				}
			}
			if files != 1 {
				t.Errorf("roots %q: the link was found %d times, want once", roots, files)
			}
		}
	}
}

// TestScanOfRandomTrees checks that whatever links there are, a scan ends, yields every
// file of the folder once, and nothing outside of it; and that each entry is either
// yielded or skipped.
func TestScanOfRandomTrees(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		outer, err := os.MkdirTemp(t.TempDir(), "")
		if err != nil {
			rt.Fatal(err)
		}
		top := filepath.Join(outer, "top")
		folders := []string{top, filepath.Join(outer, "outside")}
		for _, folder := range folders {
			if err := os.Mkdir(folder, 0o755); err != nil {
				rt.Fatal(err)
			}
		}
		files, entries := map[string]bool{}, 0 // below top
		for i := range rapid.IntRange(0, 25).Draw(rt, "entries") {
			folder := rapid.SampledFrom(folders).Draw(rt, "folder")
			path := filepath.Join(folder, strconv.Itoa(i))
			isBelow := strings.HasPrefix(path, top+"/")
			switch kind := rapid.SampledFrom([]string{"file", "folder", "link"}).Draw(rt, "kind"); kind {
			case "file":
				err = os.WriteFile(path, nil, 0o600)
				files[path] = isBelow
			case "folder":
				err = os.Mkdir(path, 0o755)
				folders = append(folders, path)
			case "link":
				target := filepath.Join(rapid.SampledFrom(folders).Draw(rt, "to"), strconv.Itoa(rapid.IntRange(0, 25).Draw(rt, "target")))
				if rapid.Bool().Draw(rt, "to folder") {
					target = filepath.Dir(target)
				}
				err = os.Symlink(target, path)
				if isBelow {
					entries++
				}
			}
			if err != nil {
				rt.Fatal(err)
			}
		}
		plain, skips := 0, 0
		for file, err := range disk.Scan(t.Context(), []string{top}, source.ScanOptions{}) {
			switch skipped, ok := errors.AsType[*source.Skipped](err); {
			case ok && skipped.Reason == source.SkippedLink:
				skips++
			case err != nil:
				rt.Fatal(err)
			case !files[file.Path]:
				rt.Fatalf("%s is not a file in the folder, or was found twice", file.Path)
			default:
				files[file.Path] = false
				plain++
				opened, _, err := disk.Open(file)
				if err != nil {
					rt.Fatal(err)
				}
				_ = opened.Close()
			}
		}
		for path, left := range files {
			if left {
				rt.Fatalf("%s was not found", path)
			}
		}
		if skips != entries {
			rt.Fatalf("%d links skipped of %d", skips, entries)
		}
		checkFollowed(rt, top, plain)
	})
}

// checkFollowed checks a scan that follows links: it ends, each file is yielded once under
// each real folder or link, and the files of the folder keep their names.
func checkFollowed(rt *rapid.T, top string, plain int) {
	seen, perFolder, regular := map[string]bool{}, map[source.Identity]string{}, 0
	for file, err := range following.Scan(rt.Context(), []string{top}, source.ScanOptions{}) {
		if seen[file.Path] {
			rt.Fatalf("%s was found twice", file.Path)
		}
		seen[file.Path] = true
		if skipped, ok := errors.AsType[*source.Skipped](err); ok && skipped.Reason == source.SkippedUseless {
			continue
		} else if err != nil {
			rt.Fatal(err)
		}
		info, err := os.Lstat(file.Path)
		if err != nil {
			rt.Fatal(err)
		}
		if !info.Mode().IsRegular() {
			continue
		}
		regular++
		if other, found := perFolder[file.Identity]; found {
			rt.Fatalf("one file was found as %s and as %s", other, file.Path)
		}
		perFolder[file.Identity] = file.Path
		if !strings.HasPrefix(file.Path, top+"/") {
			rt.Fatalf("%s has a path outside of the folder", file.Path)
		}
	}
	if regular < plain {
		rt.Fatalf("%d files with links followed, %d without", regular, plain)
	}
}

// TestScanContinuesAfterLongPaths scans folders whose paths are longer than the system
// allows in one call, and opens the file in the innermost.
func TestScanContinuesAfterLongPaths(t *testing.T) {
	top := tree(t, "a", "z")
	name, depth := strings.Repeat("n", 250), 20
	folder, err := os.OpenRoot(top)
	if err != nil {
		t.Fatal(err)
	}
	for range depth {
		if err := folder.Mkdir(name, 0o755); err != nil {
			t.Fatal(err)
		}
		next, err := folder.OpenRoot(name)
		if err != nil {
			t.Fatal(err)
		}
		_ = folder.Close()
		folder = next
	}
	defer folder.Close()
	if err := folder.WriteFile("deep", []byte("content"), 0o600); err != nil {
		t.Fatal(err)
	}
	var rels []string
	for file, err := range disk.Scan(t.Context(), []string{top}, source.ScanOptions{}) {
		if err != nil {
			t.Fatal(err)
		}
		opened, now, err := disk.Open(file)
		if err != nil || now.Size != file.Size {
			t.Fatalf("open %s: %+v, %v", file.Name(), now, err)
		}
		_ = opened.Close()
		rels = append(rels, file.Name())
	}
	if !slices.Equal(rels, []string{"a", "deep", "z"}) {
		t.Errorf("found %q", rels)
	}
	_, err = disk.Stat(filepath.Join(top, strings.Repeat("x", 300)))
	if f := fault.Of(err); f.Kind != fault.SourceUnsupported || f.Code != fault.CodePathTooLong {
		t.Errorf("name that is too long: %v, code %q", f, f.Code)
	}
}

// TestOpenFollowsNoLinkThatReplacedPath replaces a found file, or a folder above it, by a
// link.
func TestOpenFollowsNoLinkThatReplacedPath(t *testing.T) {
	for name, replace := range map[string]struct{ path, target string }{
		"the file, by one outside":   {"sub/dir/file", "OUTSIDE/dir/file"},
		"the file, by one inside":    {"sub/dir/file", "other"},
		"its folder":                 {"sub/dir", "OUTSIDE/dir"},
		"its folder, by one inside":  {"sub/dir", "../dir"},
		"a folder above that":        {"sub", "OUTSIDE"},
		"the file, by one to itself": {"sub/dir/file", "file"},
	} {
		t.Run(name, func(t *testing.T) {
			top, outside := tree(t, "sub/dir/file", "sub/dir/other", "dir/file"), tree(t, "dir/file")
			found := findFile(t, disk, top, "top/sub/dir/file")
			path := filepath.Join(top, replace.path)
			if err := os.RemoveAll(path); err != nil {
				t.Fatal(err)
			}
			link(t, strings.Replace(replace.target, "OUTSIDE", outside, 1), path)
			opened, _, err := disk.Open(found)
			if f := fault.Of(err); opened != nil || f == nil || f.Code != fault.CodeLinkInFolder || f.Kind != fault.SourceUnsupported {
				t.Errorf("open: %v, %v", opened, err)
			}
			if _, err := disk.StatFile(found); fault.Of(err).Code != fault.CodeLinkInFolder {
				t.Errorf("stat: %v", err)
			}
			if _, err := disk.FindRenamed(t.Context(), found); err == nil {
				t.Error("a renamed file was found through a link")
			}
			if opened, _, err := following.Open(found); err == nil {
				_ = opened.Close()
			} else if !strings.HasSuffix(name, "itself") {
				t.Errorf("open with links followed: %v", err)
			}
		})
	}
	t.Run("the folder that was added is followed", func(t *testing.T) {
		top, moved := tree(t, "file"), filepath.Join(t.TempDir(), "moved")
		found := findFile(t, disk, top, "top/file")
		if err := os.Rename(top, moved); err != nil {
			t.Fatal(err)
		}
		link(t, moved, top)
		opened, now, err := disk.Open(found)
		if err != nil || now != found {
			t.Fatalf("%+v, %v", now, err)
		}
		_ = opened.Close()
	})
}

func findFile(t *testing.T, disk source.Disk, root, rel string) source.File {
	t.Helper()
	for file, err := range disk.Scan(t.Context(), []string{root}, source.ScanOptions{}) {
		if err == nil && file.RelPath == rel {
			return file
		}
	}
	t.Fatalf("%s not found", rel)
	return source.File{}
}

// TestScanFollowsNoLinkThatAppearsDuringIt swaps a file or a folder with a link to one
// outside again and again, while they are scanned and opened. Nothing from outside may be
// read: files there have another size.
func TestScanFollowsNoLinkThatAppearsDuringIt(t *testing.T) {
	for name, swapped := range map[string]struct{ path, target string }{
		"folder":            {"sub", ""},
		"folder in folder":  {"sub/dir", "dir"},
		"file":              {"sub/single", "single"},
		"file further down": {"sub/dir/file", "dir/file"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			top, outside, aside := tree(t, "sub/dir/file", "sub/single"), t.TempDir(), filepath.Join(t.TempDir(), "aside")
			write(t, filepath.Join(outside, "dir", "file"), "a secret of another length")
			write(t, filepath.Join(outside, "single"), "a secret of another length")
			path := filepath.Join(top, swapped.path)
			done := make(chan struct{})
			var swapping sync.WaitGroup
			swapping.Go(func() {
				for {
					select {
					case <-done:
						return
					default:
					}
					err := errors.Join(os.Rename(path, aside), os.Symlink(filepath.Join(outside, swapped.target), path), os.Remove(path), os.Rename(aside, path))
					if err != nil {
						t.Error(err)
						return
					}
				}
			})
			for range 1000 {
				openAll(t, disk, top, map[string]int64{"top/sub/dir/file": int64(len("sub/dir/file")), "top/sub/single": int64(len("sub/single"))})
			}
			close(done)
			swapping.Wait()
		})
	}
}

// openAll opens every file that is found in a folder and reports those of another size.
func openAll(t *testing.T, disk source.Disk, top string, sizes map[string]int64) {
	t.Helper()
	for file, err := range disk.Scan(t.Context(), []string{top}, source.ScanOptions{}) {
		if err != nil {
			continue // it was a link, or missing
		}
		if file.Size != sizes[file.RelPath] {
			t.Errorf("%s has %d bytes: it was found outside", file.RelPath, file.Size)
		}
		opened, now, err := disk.Open(file)
		if err != nil {
			continue // it is a link now, or missing
		}
		if now.Size != sizes[file.RelPath] {
			t.Errorf("%s has %d bytes: it was opened outside", file.RelPath, now.Size)
		}
		_ = opened.Close()
	}
}
