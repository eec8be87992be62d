package platform

import (
	"errors"
	"runtime"
	"testing"
)

func TestUnsafePathsAreNotOpened(t *testing.T) {
	paths := []string{"", ".", "film.mov", "-aTerminal", "--help", "https://files.example/film.mov", "file:///films", "~/films", "/films\x00"}
	if runtime.GOOS == "windows" {
		paths = append(paths, `C:\films" "C:\other.exe`, `C:\films",/root,"\\host\share`, `C:film.mov`)
	}
	for _, path := range paths {
		if err := Reveal(t.Context(), path); !errors.Is(err, errUnsafePath) {
			t.Errorf("reveal %q: %v", path, err)
		}
		if err := OpenFolder(t.Context(), path); !errors.Is(err, errUnsafePath) {
			t.Errorf("open folder %q: %v", path, err)
		}
		if err := OpenFile(t.Context(), path); !errors.Is(err, errUnsafePath) {
			t.Errorf("open file %q: %v", path, err)
		}
	}
}
