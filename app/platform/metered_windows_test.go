package platform_test

import (
	"context"
	"testing"

	"github.com/ferryapp/ferry/app/platform"
)

// TestMeteredNetworkIsWatched asks the real system, whose network need not be metered.
func TestMeteredNetworkIsWatched(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel() // after the first look
	reports := 0
	if err := platform.WatchMetered(ctx, func(bool) { reports++ }); err != nil {
		t.Fatal(err)
	}
	if reports > 1 {
		t.Errorf("%d reports of one look", reports)
	}
}
