//go:build linux

package desktop_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/ferryapp/ferry/app/desktop"
)

func TestSameBytes(t *testing.T) {
	t.Parallel()
	const size = 2<<20 + 5
	tests := map[string]struct {
		change func(content []byte) []byte
		same   bool
	}{
		"copy":                   {func(c []byte) []byte { return c }, true},
		"last byte differs":      {func(c []byte) []byte { c[len(c)-1]++; return c }, false},
		"byte at block boundary": {func(c []byte) []byte { c[1<<20]++; return c }, false},
		"one byte shorter":       {func(c []byte) []byte { return c[:len(c)-1] }, false},
		"one byte longer":        {func(c []byte) []byte { return append(c, 0) }, false},
		"one block only":         {func(c []byte) []byte { return c[:1<<20] }, false},
		"empty":                  {func([]byte) []byte { return nil }, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			want, got := filepath.Join(dir, "want"), filepath.Join(dir, "got")
			must(t, desktop.WriteFile(want, size, 1))
			content, err := os.ReadFile(want)
			must(t, err)
			must(t, os.WriteFile(got, test.change(content), 0o600))
			if err := desktop.SameBytes(want, got); (err == nil) != test.same {
				t.Errorf("got %v, want the same: %t", err, test.same)
			}
		})
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
