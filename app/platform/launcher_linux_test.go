package platform_test

import (
	"context"
	"sync"
	"testing"

	"github.com/godbus/dbus/v5"
	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/app/internal/bustest"
	"github.com/ferryapp/ferry/app/platform"
)

// runLauncher runs a launcher until the test ends.
func runLauncher(t *testing.T) *platform.Launcher {
	t.Helper()
	launcher := platform.NewLauncher()
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { launcher.Run(ctx) })
	t.Cleanup(func() { cancel(); running.Wait() })
	return launcher
}

func TestLauncherSendsChanges(t *testing.T) {
	bustest.Private(t)
	dock := bustest.Service(t, "io.github.ferryapp.Test")
	signals := make(chan *dbus.Signal, 10)
	dock.Signal(signals)
	if err := dock.AddMatchSignal(dbus.WithMatchInterface("com.canonical.Unity.LauncherEntry")); err != nil {
		t.Fatal(err)
	}
	launcher := runLauncher(t)
	launcher.SetWindow("x11:1a2b") // which changes nothing here
	for _, test := range []struct {
		state platform.LauncherState
		want  map[string]any
	}{
		{
			platform.LauncherState{Progress: 0.25, ShowsProgress: true, Count: 3},
			map[string]any{"progress": 0.25, "progress-visible": true, "count": int64(3), "count-visible": true, "urgent": false},
		},
		{
			platform.LauncherState{Progress: 0.25, ShowsProgress: true, Paused: true},
			map[string]any{"progress": 0.25, "progress-visible": false, "count": int64(0), "count-visible": false, "urgent": false},
		},
		{
			platform.LauncherState{Urgent: true},
			map[string]any{"progress": 0.0, "progress-visible": false, "count": int64(0), "count-visible": false, "urgent": true},
		},
	} {
		launcher.Show(test.state)
		signal := awaitSignal(t, signals, "com.canonical.Unity.LauncherEntry.Update")
		if signal.Body[0] != "application://io.github.ferryapp.Ferry.desktop" {
			t.Errorf("program is %v", signal.Body[0])
		}
		got := map[string]any{}
		for name, value := range signal.Body[1].(map[string]dbus.Variant) {
			got[name] = value.Value()
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Error(diff)
		}
	}
}

// awaitSignal returns the next signal with that name.
func awaitSignal(t *testing.T, signals <-chan *dbus.Signal, name string) *dbus.Signal {
	t.Helper()
	for {
		select {
		case signal := <-signals:
			if signal.Name == name {
				return signal
			}
		case <-t.Context().Done():
			t.Fatalf("timeout waiting for %s", name)
		}
	}
}

// TestLauncherWithoutBus: nothing happens on a system without a session bus.
func TestLauncherWithoutBus(t *testing.T) {
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path="+t.TempDir()+"/nothing")
	launcher := runLauncher(t)
	launcher.Show(platform.LauncherState{Count: 1})
	launcher.Show(platform.LauncherState{Count: 2})
}
