package view

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/uploader"
)

func TestEveryStateHasOneFilter(t *testing.T) {
	byFilter := map[Filter][]uploader.State{}
	for _, state := range uploader.States() {
		byFilter[filterOf(state)] = append(byFilter[filterOf(state)], state)
	}
	want := map[Filter][]uploader.State{
		FilterActive:    {uploader.StatePreparing, uploader.StateUploading, uploader.StateChecking},
		FilterWaiting:   {uploader.StateWaiting, uploader.StatePaused, uploader.StateOffline, uploader.StateRetrying, uploader.StateBusy},
		FilterAttention: {uploader.StateChanged, uploader.StateMissing, uploader.StateSignIn, uploader.StateExpired, uploader.StateNeedsDecision, uploader.StateFailed},
		FilterDone:      {uploader.StateDone, uploader.StateCancelled},
	}
	if diff := cmp.Diff(want, byFilter); diff != "" {
		t.Error(diff)
	}
}
