package worker

import (
	"testing"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
)

func TestCatchPanic(t *testing.T) {
	err := CatchPanic(func() error {
		var parts []uploader.Part
		_ = parts[3]
		return nil
	})
	if !fault.Is(err, fault.Bug) {
		t.Errorf("after a panic: got %v, want a fault of kind Bug", err)
	}
	if err := CatchPanic(func() error { return nil }); err != nil {
		t.Errorf("without a panic: got %v", err)
	}
}
