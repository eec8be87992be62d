package receiver

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestFind(t *testing.T) {
	dir := t.TempDir()
	when := time.Date(2026, 3, 1, 14, 0, 0, 0, time.UTC)
	put := func(path, content string, at time.Time) {
		t.Helper()
		path = filepath.Join(dir, filepath.FromSlash(path))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, at, at); err != nil {
			t.Fatal(err)
		}
	}
	put("IMG_1.jpg", "the first", when)
	put("IMG_1 (2).jpg", "the second", when)
	put("IMG_1 (4).jpg", "the first", when.Add(time.Hour))
	put("Iceland/day 1/IMG_1.jpg", "another", when)
	put("a_b.jpg", "odd", when)
	put("folder/IMG_9.jpg/x", "", when)
	for _, test := range []struct {
		name          string
		file, relPath string
		content       string
		modified      time.Time
		want          string
	}{
		{"own name", "IMG_1.jpg", "", "the first", when, "IMG_1.jpg"},
		{"numbered name", "IMG_1.jpg", "", "the second", when, "IMG_1 (2).jpg"},
		{"numbered name after a gap, by time", "IMG_1.jpg", "", "the first", when.Add(time.Hour), "IMG_1 (4).jpg"},
		{"file system with a precision of two seconds", "IMG_1.jpg", "", "the second", when.Add(1500 * time.Millisecond), "IMG_1 (2).jpg"},
		{"other time, only one of its size", "IMG_1.jpg", "", "the second", when.Add(time.Hour), "IMG_1 (2).jpg"},
		{"other time, several of its size", "IMG_1.jpg", "", "the first", when.Add(2 * time.Hour), ""},
		{"relative path", "IMG_1.jpg", "Iceland/day 1/IMG_1.jpg", "another", when, "Iceland/day 1/IMG_1.jpg"},
		{"unsafe name", "a:b.jpg", "", "odd", when, "a_b.jpg"},
		{"changed file", "IMG_1.jpg", "", "changed since", when, ""},
		{"folder with its name", "IMG_9.jpg", "folder/IMG_9.jpg", "", when, ""},
		{"missing folder", "IMG_1.jpg", "Norway/IMG_1.jpg", "another", when, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			want := ""
			if test.want != "" {
				want = filepath.Join(dir, filepath.FromSlash(test.want))
			}
			got, found := Find(dir, test.file, test.relPath, int64(len(test.content)), test.modified)
			if got != want || found != (want != "") {
				t.Errorf("Find = %q, %v, want %q", got, found, want)
			}
		})
	}
}
