package scan

import (
	"path/filepath"
	"testing"
)

func TestAWalkOfSomePathsMeansWhatIsAtAndBelowThem(t *testing.T) {
	at := filepath.FromSlash
	some := Request{Only: map[string]bool{at("/raws/day 1"): true, at("/notes.txt"): true}}
	for _, test := range []struct {
		name  string
		order Request
		path  string
		means bool
	}{
		{"everything", Request{}, "/raws/day 2/a.raw", true},
		{"a path itself", some, "/notes.txt", true},
		{"what is in it", some, "/raws/day 1/a.raw", true},
		{"what is deep in it", some, "/raws/day 1/b/c/d.raw", true},
		{"not what only begins like it", some, "/raws/day 10/a.raw", false},
		{"not what is beside it", some, "/raws/day 2/a.raw", false},
		{"not what it is in", some, "/raws", false},
		{"all there is", Request{Only: map[string]bool{at("/"): true}}, "/a", true},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := test.order.Includes(at(test.path)); got != test.means {
				t.Errorf("got %v", got)
			}
		})
	}
}
