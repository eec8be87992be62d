package words

import (
	"runtime"
	"testing"
)

func TestPathHasTildeForHome(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("paths are shown as they are on Windows")
	}
	for path, want := range map[string]string{
		"/home/ada":                "~",
		"/home/ada/下载/Ferry":       "~/下载/Ferry",
		"/home/ada2/films":         "/home/ada2/films",
		"/media/home/ada/films":    "/media/home/ada/films",
		"/home/ada/a\u202eb\n.mov": "~/a\ufffdb\ufffd.mov",
		"":                         "",
	} {
		t.Setenv("HOME", "/home/ada/")
		if got := Path(path); got != want {
			t.Errorf("%q is shown as %q, want %q", path, got, want)
		}
	}
	t.Setenv("HOME", "/")
	if got := Path("/films"); got != "/films" {
		t.Errorf("got %q", got)
	}
}
