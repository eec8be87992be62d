package fault_test

import (
	"testing"

	"github.com/ferryapp/ferry/uploader/fault"
)

func TestEndsEarly(t *testing.T) {
	saved := *fault.NewEndsEarly(23, 4096)
	if readable, size := saved.EndsEarly(); readable != 23 || size != 4096 {
		t.Errorf("numbers are %d and %d", readable, size)
	}
	saved.Detail = "shortened"
	for _, f := range []*fault.Fault{&saved, fault.Newf(fault.SourceUnsupported, fault.Read, "x")} {
		if readable, size := f.EndsEarly(); readable != 0 || size != 0 {
			t.Errorf("%v: numbers are %d and %d", f, readable, size)
		}
	}
}
