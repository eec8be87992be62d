package engine_test

import (
	"testing"

	"github.com/ferryapp/ferry/uploader"
)

// TestUndecided: an interrupted upload waits for the user until it is resumed, also after
// its server was checked.
func TestUndecided(t *testing.T) {
	t.Parallel()
	h, _, _ := newInterruptedUpload(t, func(*harness, string) {})
	id := h.onlyTransfer().ID
	want := func(when string, undecided bool) {
		t.Helper()
		found, err := h.engine.Undecided(t.Context())
		if err != nil || found[id] != undecided {
			t.Errorf("%s: waits for the user: %v, %v; want %v", when, found[id], err, undecided)
		}
	}
	want("after the start", true)
	h.checkAll()
	want("after a check", true)
	h.do(uploader.Resume{Target: uploader.TargetAll()})
	want("after it was resumed", false)
	h.waitState(uploader.StateDone)
	want("when it is done", false)
}
