package cli

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestMatchesWildcards(t *testing.T) {
	for _, c := range []struct {
		pattern, name string
		want          bool
	}{
		{"*.mov", "film.mov", true},
		{"*.mov", ".mov", true},
		{"*.mov", "film.mov.part", false},
		{"*.*", "no extension", true},
		{"*", ".hidden", true},
		{"f?lm.mov", "film.mov", true},
		{"f?lm.mov", "flm.mov", false},
		{"?.mov", "海.mov", true},
		{"?.mov", "ab.mov", false},
		{"*海*", "上海滩", true},
		{"*a*b*", "xaybz", true},
		{"*a*b*", "xbya", false},
		{"*aab", "aaab", true},
		{"[1]*", "[1] film.mov", true},
		{"[1]*", "1 film.mov", false},
		{"film?", "film", false},
		{"film**", "film", true},
		{"", "a", false},
	} {
		if got := matchesWildcards(c.pattern, c.name); got != c.want {
			t.Errorf("matchesWildcards(%q, %q) = %v, want %v", c.pattern, c.name, got, c.want)
		}
	}
}

func TestExpandAll(t *testing.T) {
	dir := t.TempDir() + string(filepath.Separator)
	for _, name := range []string{"b.MOV", "a.mov", "c.txt", "[x].mov"} {
		if err := os.WriteFile(dir+name, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	got := expandAll([]string{dir + "c.txt", dir + "*.mov", dir + "*.jpg", "-", dir + "missing.mov", filepath.Join(dir, "missing", "*")})
	want := []string{
		dir + "c.txt", dir + "[x].mov", dir + "a.mov", dir + "b.MOV", dir + "*.jpg", "-", dir + "missing.mov", filepath.Join(dir, "missing", "*"),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
