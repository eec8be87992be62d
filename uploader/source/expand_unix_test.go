//go:build unix

package source_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/ferryapp/ferry/uploader/source"
)

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
	compare(t, expand(t, source.Options{}, dir), want, filepath.Base(dir))
}

func TestExpandLinkedFolders(t *testing.T) {
	top := tree(t, "a", "d/b")
	outside := tree(t, "far/c")
	link(t, "..", filepath.Join(top, "d", "up"))
	link(t, outside, filepath.Join(top, "out"))
	link(t, top, filepath.Join(outside, "back"))

	t.Run("are named but not walked", func(t *testing.T) {
		compare(t, expand(t, source.Options{}, top), map[string]string{
			"/a": "", "/d/b": "", "/d/up": "source-unsupported", "/out": "source-unsupported",
		}, "top")
	})
	t.Run("are walked once when asked, round no cycle", func(t *testing.T) {
		compare(t, expand(t, source.Options{FollowFolders: true}, top), map[string]string{
			"/a": "", "/d/b": "", "/out/far/c": "",
		}, "top")
	})
	t.Run("are walked when dropped, under their own name", func(t *testing.T) {
		linked := link(t, outside, filepath.Join(t.TempDir(), "linked"))
		compare(t, expand(t, source.Options{}, linked), map[string]string{
			"/far/c": "", "/back": "source-unsupported",
		}, "linked")
	})
}
