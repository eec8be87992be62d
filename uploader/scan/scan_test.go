package scan

import (
	"path/filepath"
	"testing"
)

func TestRequestIncludes(t *testing.T) {
	path := filepath.FromSlash
	some := Request{Only: map[string]bool{path("/raws/day 1"): true, path("/notes.txt"): true}}
	for _, c := range []struct {
		name    string
		request Request
		path    string
		want    bool
	}{
		{"no restriction", Request{}, "/raws/day 2/a.raw", true},
		{"requested file", some, "/notes.txt", true},
		{"file in requested folder", some, "/raws/day 1/a.raw", true},
		{"file deep in requested folder", some, "/raws/day 1/b/c/d.raw", true},
		{"folder with requested name as prefix", some, "/raws/day 10/a.raw", false},
		{"sibling of requested folder", some, "/raws/day 2/a.raw", false},
		{"parent of requested folder", some, "/raws", false},
		{"root requested", Request{Only: map[string]bool{path("/"): true}}, "/a", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := c.request.includes(path(c.path)); got != c.want {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}
