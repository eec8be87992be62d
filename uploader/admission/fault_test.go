package admission

import (
	"testing"

	"github.com/ferryapp/ferry/uploader/fault"
)

func TestFaultsOfTheReceiversDisk(t *testing.T) {
	for _, test := range []struct {
		fault                *fault.Fault
		needsUser, forServer bool
	}{
		{&fault.Fault{Kind: fault.LocalDisk, Op: fault.Create, Code: fault.CodeReceiverDisk}, true, true},
		{&fault.Fault{Kind: fault.LocalDisk, Op: fault.Create, Code: fault.CodeReceiverFull}, true, true},
		{&fault.Fault{Kind: fault.LocalDisk, Op: fault.Read}, false, false},
		{&fault.Fault{Kind: fault.Busy, Op: fault.Create, Code: fault.CodeReceiverFiles}, false, false},
	} {
		if got := NeedsUser(test.fault); got != test.needsUser {
			t.Errorf("NeedsUser(%v %s) = %v", test.fault, test.fault.Code, got)
		}
		if got := ConcernsServer(test.fault); got != test.forServer {
			t.Errorf("ConcernsServer(%v %s) = %v", test.fault, test.fault.Code, got)
		}
	}
}
