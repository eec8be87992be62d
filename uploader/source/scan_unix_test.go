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
		"/a": "", "/z": "", "/link": "link", "/hard": "", "/fifo": "special", "/socket": "special",
		"/broken": "link", "/loop": "link",
	}
	for _, name := range oddNames {
		want["/"+name] = ""
	}
	compare(t, scan(t, source.ScanOptions{Hidden: true}, dir), want, filepath.Base(dir))
}
