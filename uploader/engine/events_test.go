package engine_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/uploader"
)

func TestTransferEvents(t *testing.T) {
	t.Parallel()
	h, _, proxy, _ := startSlowUpload(t)
	h.do(uploader.Pause{Target: uploader.TargetAll()})
	h.waitState(uploader.StatePaused)
	h.restart()
	proxy.Restore(t)
	h.do(uploader.Resume{Target: uploader.TargetAll()})
	done := h.waitState(uploader.StateDone)
	want := []uploader.EventKind{
		uploader.EventStarted, uploader.EventCreated, uploader.EventPaused,
		uploader.EventStarted, uploader.EventResumed, uploader.EventDone,
	}
	if diff := cmp.Diff(want, h.eventKinds(done.ID)); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
	h.do(uploader.Remove{Target: uploader.TargetAll()})
	if got := h.eventKinds(done.ID); len(got) > 0 {
		t.Errorf("removed transfer has events: %v", got)
	}
}
