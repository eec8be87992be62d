//go:build unix

package source_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/uploader/source"
)

// compare checks the files found in a root of that name, in any order. want has the kinds of
// fault by relative path.
func compare(t testing.TB, got []found, want map[string]string, root string) {
	t.Helper()
	all := make(map[string]string)
	for _, one := range got {
		rel := strings.TrimPrefix(one.rel, root)
		if _, found := all[rel]; found {
			t.Errorf("%q found twice", rel)
		}
		all[rel] = one.fault
	}
	if diff := cmp.Diff(want, all); diff != "" {
		t.Error(diff)
	}
}

func TestScanContinuesAfterFaults(t *testing.T) {
	dir := shortDir(t)
	at := func(name string) string { return filepath.Join(dir, name) }
	write(t, at("a"), "x")
	write(t, at("z"), "x")
	fifo(t, at("fifo"))
	socket(t, at("socket"))
	link(t, "missing", at("broken"))
	link(t, "loop", at("loop"))
	link(t, "a", at("link"))
	if err := os.Link(at("a"), at("hard")); err != nil {
		t.Fatal(err)
	}
	for _, name := range oddNames {
		write(t, at(name), "x")
	}
	want := map[string]string{
		"/a": "", "/z": "", "/link": "", "/hard": "", "/fifo": "source-unsupported", "/socket": "source-unsupported",
		"/broken": "source-missing", "/loop": "source-missing",
	}
	for _, name := range oddNames {
		want["/"+name] = ""
	}
	compare(t, scan(t, source.ScanOptions{Hidden: true}, dir), want, filepath.Base(dir))
}

func TestScanLinkedFolders(t *testing.T) {
	top := tree(t, "a", "d/b")
	outside := tree(t, "far/c")
	link(t, "..", filepath.Join(top, "d", "up"))
	link(t, outside, filepath.Join(top, "out"))
	link(t, top, filepath.Join(outside, "back"))

	t.Run("not followed", func(t *testing.T) {
		compare(t, scan(t, source.ScanOptions{Hidden: true}, top), map[string]string{
			"/a": "", "/d/b": "", "/d/up": "source-unsupported", "/out": "source-unsupported",
		}, "top")
	})
	t.Run("followed once, with a cycle", func(t *testing.T) {
		compare(t, scan(t, source.ScanOptions{Hidden: true, FollowLinks: true}, top), map[string]string{
			"/a": "", "/d/b": "", "/out/far/c": "",
		}, "top")
	})
	t.Run("followed as root, with the name of the link", func(t *testing.T) {
		linked := link(t, outside, filepath.Join(t.TempDir(), "linked"))
		compare(t, scan(t, source.ScanOptions{Hidden: true}, linked), map[string]string{
			"/far/c": "", "/back": "source-unsupported",
		}, "linked")
	})
}
