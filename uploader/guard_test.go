package uploader

import (
	"testing"

	"github.com/ferryapp/ferry/uploader/fault"
)

func TestAPanicIsAFaultOfWhatWasBeingDone(t *testing.T) {
	err := guard(func() error {
		var parts []Part
		_ = parts[3]
		return nil
	})
	if !fault.Is(err, fault.Bug) {
		t.Errorf("got %v", err)
	}
	if err := guard(func() error { return nil }); err != nil {
		t.Errorf("without a panic: %v", err)
	}
}
