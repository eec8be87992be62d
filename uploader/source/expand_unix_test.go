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

// compare checks what was found below a root of that name, in any order.
func compare(t testing.TB, got []found, want map[string]string, root string) {
	t.Helper()
	all := make(map[string]string)
	for _, one := range got {
		rel := strings.TrimPrefix(one.rel, root)
		if _, twice := all[rel]; twice {
			t.Errorf("%q was found twice", rel)
		}
		all[rel] = one.fault
	}
	if diff := cmp.Diff(want, all); diff != "" {
		t.Error(diff)
	}
}

func TestExpandGoesOnPastWhatItCannotTake(t *testing.T) {
	dir := shortDir(t)
	at := func(name string) string { return filepath.Join(dir, name) }
	write(t, at("a"), "x")
	write(t, at("z"), "x")
	fifo(t, at("fifo"))
	socket(t, at("socket"))
	link(t, "gone", at("broken"))
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
	compare(t, expand(t, source.Options{Hidden: true}, dir), want, filepath.Base(dir))
}

func TestExpandLinkedFolders(t *testing.T) {
	top := tree(t, "a", "d/b")
	outside := tree(t, "far/c")
	link(t, "..", filepath.Join(top, "d", "up"))
	link(t, outside, filepath.Join(top, "out"))
	link(t, top, filepath.Join(outside, "back"))

	t.Run("are named but not walked", func(t *testing.T) {
		compare(t, expand(t, source.Options{Hidden: true}, top), map[string]string{
			"/a": "", "/d/b": "", "/d/up": "source-unsupported", "/out": "source-unsupported",
		}, "top")
	})
	t.Run("are walked once when asked, round no cycle", func(t *testing.T) {
		compare(t, expand(t, source.Options{Hidden: true, FollowFolders: true}, top), map[string]string{
			"/a": "", "/d/b": "", "/out/far/c": "",
		}, "top")
	})
	t.Run("are walked when dropped, under their own name", func(t *testing.T) {
		linked := link(t, outside, filepath.Join(t.TempDir(), "linked"))
		compare(t, expand(t, source.Options{Hidden: true}, linked), map[string]string{
			"/far/c": "", "/back": "source-unsupported",
		}, "linked")
	})
}
