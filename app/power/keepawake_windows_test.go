package power_test

import (
	"context"
	"testing"

	"github.com/ferryapp/ferry/app/power"
)

func TestComputerIsKeptAwakeUntilTheContextEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	held, ended := make(chan string, 2), make(chan struct{})
	go func() {
		defer close(ended)
		power.KeepAwake(ctx, "uploading", func(service string) { held <- service })
	}()
	if got := <-held; got != "SetThreadExecutionState" {
		t.Errorf("kept awake by %q", got)
	}
	cancel()
	<-ended
	if got := <-held; got != "" {
		t.Errorf("still kept awake by %q", got)
	}
}

func TestWatchBatteryEndsWithTheContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := power.WatchBattery(ctx, func(on bool) { t.Logf("on battery: %v", on) }); err != nil {
		t.Error(err)
	}
}
