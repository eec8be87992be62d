package scan_test

import (
	"path/filepath"
	"testing"

	"github.com/ferryapp/ferry/uploader/scan"
)

func TestPathSet(t *testing.T) {
	path := filepath.FromSlash
	set := scan.NewPathSet([]string{path("/raws/day 1"), path("/notes.txt")})
	for _, c := range []struct {
		name               string
		path               string
		contains, overlaps bool
	}{
		{"path of the set", "/raws/day 1", true, true},
		{"file in a folder of the set", "/raws/day 1/a.raw", false, true},
		{"file deep in a folder of the set", "/raws/day 1/b/c.raw", false, true},
		{"folder that a path is in", "/raws", false, true},
		{"root", "/", false, true},
		{"sibling", "/raws/day 2", false, false},
		{"name as prefix", "/raws/day 10", false, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := set.Contains(path(c.path)); got != c.contains {
				t.Errorf("contains: %v", got)
			}
			if got := set.Overlaps(path(c.path)); got != c.overlaps {
				t.Errorf("overlaps: %v", got)
			}
		})
	}
	if scan.NewPathSet(nil).Overlaps(path("/")) {
		t.Error("the empty set overlaps with something")
	}
}
