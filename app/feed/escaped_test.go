package feed_test

import (
	"testing"

	"github.com/ferryapp/ferry/app/feed"
)

func TestEscapedPath(t *testing.T) {
	for path, want := range map[string]string{
		"/home/me/中文 file":        "",
		"/home/me/caf\xe9 1":      "/home/me/caf%E9%201",
		"/home/me/caf\xe8 1":      "/home/me/caf%E8%201",
		"/home/50%\xff?#":         "/home/50%25%FF%3F%23",
		"C:\\Users\\me\\\xff.txt": "C:%5CUsers%5Cme%5C%FF.txt",
	} {
		if got := feed.EscapedPath(path); got != want {
			t.Errorf("EscapedPath(%q) = %q, want %q", path, got, want)
		}
	}
}
