package fault_test

import (
	"testing"

	"github.com/ferryapp/ferry/uploader/fault"
)

func TestFileInUse(t *testing.T) {
	for _, c := range []struct {
		name  string
		fault *fault.Fault
		want  bool
	}{
		{"none", nil, false},
		{"opened by another program", &fault.Fault{Kind: fault.SourceBusy}, true},
		{"changed a moment ago", &fault.Fault{Kind: fault.SourceBusy, Code: fault.CodeFileChanging}, true},
		{"written by a known program", &fault.Fault{Kind: fault.SourceBusy, Code: fault.CodeLengthPending}, false},
		{"drive does not respond", &fault.Fault{Kind: fault.SourceBusy, Code: fault.CodeDriveHangs}, false},
		{"drive is not connected", &fault.Fault{Kind: fault.SourceBusy, Code: fault.CodeDriveMissing}, false},
		{"server is busy", &fault.Fault{Kind: fault.Busy}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := c.fault.FileInUse(); got != c.want {
				t.Errorf("got %t, want %t", got, c.want)
			}
		})
	}
}
