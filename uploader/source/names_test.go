package source_test

import (
	"testing"

	"github.com/ferryapp/ferry/uploader/source"
)

func TestCompareNames(t *testing.T) {
	ordered := []string{"", "a", "A1", "a2", "a02b", "a10", "B", "b1.mov", "b10.mov", "日"}
	for i, a := range ordered {
		for j, b := range ordered {
			if got, want := source.CompareNames(a, b) < 0, i < j; got != want {
				t.Errorf("%q before %q: %t", a, b, got)
			}
		}
	}
}
