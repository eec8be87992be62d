package platform_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/app/platform"
)

func TestParseClipboard(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       []string
		refused    int
	}{
		{"copied in a file manager", "copy\nfile:///home/a%20b/c%2Bd.mov\nfile:///x/%FF", []string{"/home/a b/c+d.mov", "/x/\xff"}, 0},
		{"cut in a file manager", "cut\nfile:///a", []string{"/a"}, 0},
		{"list of URIs with comments", "# from here\r\nfile:///a\r\nfile://localhost/b\r\n", []string{"/a", "/b"}, 0},
		{"plain paths", "/a/b c\n/d/../e\n", []string{"/a/b c", "/e"}, 0},
		{"verb only in first line", "/a\ncopy", []string{"/a"}, 1},
		{"files of other hosts", "file://nas/share/a\nsmb://nas/a\nhttps://x/a\nfile:///b", []string{"/b"}, 3},
		{"text and relative paths", "just some words\nrelative/path\n~/home", nil, 3},
		{"NUL in path", "file:///etc/passwd%00.mov\n/a\x00b", nil, 2},
		{"shell metacharacters", "/a/$(rm -rf x)`;&|", []string{"/a/$(rm -rf x)`;&|"}, 0},
		{"empty", "", nil, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			paths, refused := platform.ParseClipboard(c.text)
			if diff := cmp.Diff(c.want, paths); diff != "" || refused != c.refused {
				t.Errorf("refused %d lines, want %d; paths (-want +got):\n%s", refused, c.refused, diff)
			}
		})
	}
	t.Run("too large", func(t *testing.T) {
		if paths, refused := platform.ParseClipboard(strings.Repeat("/a\n", 20<<20)); paths != nil || refused != 1 {
			t.Errorf("returned %d paths, refused %d", len(paths), refused)
		}
	})
}

func TestReadClipboardFailsWithoutDisplay(t *testing.T) {
	t.Setenv("DISPLAY", "")
	if _, err := platform.ReadClipboard(t.Context()); !errors.Is(err, platform.ErrNoClipboard) {
		t.Errorf("error is %v, want ErrNoClipboard", err)
	}
}
