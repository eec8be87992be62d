package platform_test

import (
	"path/filepath"
	"testing"

	"github.com/ferryapp/ferry/app/platform"
)

func FuzzParseClipboard(f *testing.F) {
	for _, seed := range []string{"copy\nfile:///a%20b", "# x\r\nfile:///a\r\n", "/a\n/b", "file://host/a", "\"C:\\a\"", "file:///%00", "cut", "a\x00b"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		paths, refused := platform.ParseClipboard(text)
		if refused < 0 {
			t.Errorf("refused %d lines", refused)
		}
		for _, path := range paths {
			if !filepath.IsAbs(path) || path != filepath.Clean(path) {
				t.Errorf("returned %q, want an absolute, clean path", path)
			}
		}
	})
}
