package awake_test

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/ferryapp/ferry/app/awake"
	"github.com/ferryapp/ferry/app/internal/apptest"
	"github.com/ferryapp/ferry/app/settings"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// snapshot returns one of which the transfer has a worker, changed by options.
func snapshot(progress uploader.Progress, options ...func(*uploader.Transfer)) *uploader.Snapshot {
	s := apptest.Summed(apptest.Snapshot(apptest.Transfer(1, options...)))
	s.Progress = map[uploader.TransferID]uploader.Progress{1: progress}
	return s
}

func phase(p uploader.Phase) func(*uploader.Transfer) {
	return func(t *uploader.Transfer) { t.Phase = p }
}

func TestOnlyWorkOnAFileCountsAsSending(t *testing.T) {
	none := uploader.Progress{}
	for name, test := range map[string]struct {
		snapshot *uploader.Snapshot
		want     bool
	}{
		"reading":                        {snapshot(none, phase(uploader.PhasePreparing)), true},
		"creating":                       {snapshot(none, phase(uploader.PhaseCreating)), true},
		"sending":                        {snapshot(none, apptest.Sending), true},
		"verifying":                      {snapshot(none, phase(uploader.PhaseVerifying)), true},
		"drive does not respond":         {snapshot(uploader.Progress{Wait: fault.New(fault.SourceBusy, fault.Stat, nil)}, apptest.Sending), false},
		"paused, its worker still ends":  {snapshot(none, apptest.Sending, apptest.Paused), false},
		"waits for a network":            {snapshot(none, apptest.Waiting(fault.Offline)), false},
		"waits for a retry":              {snapshot(none, apptest.Waiting(fault.Busy)), false},
		"queued":                         {apptest.Summed(apptest.Snapshot(apptest.Transfer(1))), false},
		"done":                           {apptest.Summed(apptest.Snapshot(apptest.Transfer(1, apptest.Done))), false},
		"progress of a removed transfer": {&uploader.Snapshot{Progress: map[uploader.TransferID]uploader.Progress{1: {}}}, false},
		"loading":                        {&uploader.Snapshot{Loading: true}, false},
	} {
		t.Run(name, func(t *testing.T) {
			if got := awake.Sending(test.snapshot); got != test.want {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
}

// keeper is a running Keeper, with what it did.
type keeper struct {
	engine   *apptest.Engine
	settings *settings.Current
	battery  chan bool
	holds    int // how often the computer was kept awake
	held     atomic.Bool
}

var (
	idle    = func() *uploader.Snapshot { return snapshot(uploader.Progress{}, apptest.Waiting(fault.Offline)) }
	sending = func() *uploader.Snapshot { return snapshot(uploader.Progress{}, apptest.Sending) }
)

// startKeeper starts a Keeper in the bubble of synctest.
func startKeeper(t *testing.T) (k *keeper, stop func()) {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	ctx, cancel := context.WithCancel(t.Context())
	k = &keeper{engine: apptest.NewEngineAt(idle()), settings: settings.Open(ctx, apptest.NoSettings{}, log), battery: make(chan bool)}
	run := awake.Keeper{
		Engine: k.engine, Settings: k.settings, Log: log,
		KeepAwake: func(ctx context.Context) {
			k.holds++
			k.held.Store(true)
			<-ctx.Done()
			k.held.Store(false)
		},
		WatchBattery: func(ctx context.Context, changed func(bool)) error {
			for {
				select {
				case on := <-k.battery:
					changed(on)
				case <-ctx.Done():
					return errors.New("ended")
				}
			}
		},
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		run.Run(ctx)
	}()
	return k, func() {
		cancel()
		<-ended
	}
}

// want checks whether the computer is kept awake once everything has come to rest.
func (k *keeper) want(t *testing.T, held bool, when string) {
	t.Helper()
	synctest.Wait()
	if k.held.Load() != held {
		t.Errorf("%s: kept awake is %v, want %v", when, !held, held)
	}
}

func TestComputerIsKeptAwakeOnlyWhileSending(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k, stop := startKeeper(t)
		k.want(t, false, "at start")
		k.engine.Publish(sending())
		k.want(t, true, "sending")
		for range 3 { // one file after another
			k.engine.Publish(idle())
			time.Sleep(2 * time.Second)
			k.want(t, true, "between two files")
			k.engine.Publish(sending())
			time.Sleep(time.Minute)
			k.want(t, true, "sending again")
		}
		if k.holds != 1 {
			t.Errorf("the computer was kept awake %d times, want once", k.holds)
		}
		k.engine.Publish(idle())
		time.Sleep(5 * time.Second)
		k.want(t, false, "nothing to send")
		k.engine.Publish(sending())
		k.want(t, true, "sending later")
		stop()
		k.want(t, false, "at the end")
	})
}

func TestSettingAndBatteryDecideWhetherToKeepAwake(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k, stop := startKeeper(t)
		defer stop()
		choose := func(choice settings.KeepAwake) {
			k.settings.Update(func(s *settings.Settings) { s.Power.KeepAwake = choice })
		}
		k.engine.Publish(sending())
		k.want(t, true, "plugged in")
		k.battery <- true
		k.want(t, false, "on battery")
		choose(settings.KeepAwakeAlways)
		k.want(t, true, "on battery, always")
		choose(settings.KeepAwakeNever)
		k.want(t, false, "never")
		choose(settings.KeepAwakePlugged)
		k.want(t, false, "on battery again")
		k.battery <- false
		k.want(t, true, "plugged in again")
	})
}
