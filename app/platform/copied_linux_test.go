package platform_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/app/platform"
)

func TestParseCopied(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       []string
		refused    int
	}{
		{"what a file manager copies", "copy\nfile:///home/a%20b/c%2Bd.mov\nfile:///x/%FF", []string{"/home/a b/c+d.mov", "/x/\xff"}, 0},
		{"what it cuts is copied all the same", "cut\nfile:///a", []string{"/a"}, 0},
		{"a list of URIs with remarks", "# from here\r\nfile:///a\r\nfile://localhost/b\r\n", []string{"/a", "/b"}, 0},
		{"plain paths", "/a/b c\n/d/../e\n", []string{"/a/b c", "/e"}, 0},
		{"a file called copy is one only further down", "/a\ncopy", []string{"/a"}, 1},
		{"files of other computers are left out", "file://nas/share/a\nsmb://nas/a\nhttps://x/a\nfile:///b", []string{"/b"}, 3},
		{"words are not files", "just some words\nrelative/path\n~/home", nil, 3},
		{"what would end a name too early is left out", "file:///etc/passwd%00.mov\n/a\x00b", nil, 2},
		{"shell signs are letters", "/a/$(rm -rf x)`;&|", []string{"/a/$(rm -rf x)`;&|"}, 0},
		{"nothing", "", nil, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			paths, refused := platform.ParseCopied(c.text)
			if diff := cmp.Diff(c.want, paths); diff != "" || refused != c.refused {
				t.Errorf("refused %d:\n%s", refused, diff)
			}
		})
	}
	t.Run("what no person copied is not looked at", func(t *testing.T) {
		if paths, refused := platform.ParseCopied(strings.Repeat("/a\n", 20<<20)); paths != nil || refused != 1 {
			t.Errorf("took %d", len(paths))
		}
	})
}

func TestWithoutAScreenThereIsNoClipboard(t *testing.T) {
	t.Setenv("DISPLAY", "")
	if _, err := platform.Copied(t.Context()); !errors.Is(err, platform.ErrNoClipboard) {
		t.Errorf("got %v", err)
	}
}
