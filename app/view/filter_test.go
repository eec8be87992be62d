package view

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/uploader"
)

func TestEveryStateHasOneFilter(t *testing.T) {
	under := map[Filter][]uploader.State{}
	for _, state := range uploader.States() {
		under[filterOf(state)] = append(under[filterOf(state)], state)
	}
	want := map[Filter][]uploader.State{
		FilterActive:  {uploader.StatePreparing, uploader.StateUploading, uploader.StateChecking},
		FilterWaiting: {uploader.StateWaiting, uploader.StatePaused, uploader.StateOffline, uploader.StateRetrying, uploader.StateBusy},
		FilterTrouble: {uploader.StateChanged, uploader.StateMissing, uploader.StateSignIn, uploader.StateExpired, uploader.StateNeedsDecision, uploader.StateFailed},
		FilterDone:    {uploader.StateDone, uploader.StateCancelled},
	}
	if diff := cmp.Diff(want, under); diff != "" {
		t.Error(diff)
	}
}
