package platform_test

import (
	"context"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"
	"github.com/godbus/dbus/v5/prop"

	"github.com/ferryapp/ferry/app/internal/bustest"
	"github.com/ferryapp/ferry/app/platform"
)

const networkManager = "org.freedesktop.NetworkManager"

func TestWatchMeteredReportsChanges(t *testing.T) {
	bustest.PrivateSystem(t)
	conn := bustest.Service(t, networkManager)
	properties, err := prop.Export(conn, "/org/freedesktop/NetworkManager", prop.Map{networkManager: {
		"Metered":      {Value: uint32(4), Emit: prop.EmitTrue},
		"Connectivity": {Value: uint32(4), Emit: prop.EmitTrue},
	}})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	changes := make(chan bool)
	returned := make(chan error, 1)
	go func() {
		returned <- platform.WatchMetered(ctx, func(metered bool) {
			select {
			case changes <- metered:
			case <-ctx.Done():
			}
		})
	}()
	set := func(name string, value uint32) {
		properties.SetMust(networkManager, name, value)
	}
	// Changes before the subscription may be missed, so repeat until one is reported.
	for subscribed := false; !subscribed; {
		set("Metered", 1)
		select {
		case metered := <-changes:
			subscribed = true
			if !metered {
				t.Error("reported not metered, want metered")
			}
		case err := <-returned:
			t.Fatal(err)
		case <-time.After(10 * time.Millisecond):
		}
	}
	set("Connectivity", 1) // unrelated
	set("Metered", 3)      // guess: still metered
	set("Metered", 2)
	if metered := <-changes; metered {
		t.Error("reported metered, want not metered")
	}
	set("Metered", 3)
	if metered := <-changes; !metered {
		t.Error("reported not metered, want metered")
	}
	cancel()
	if err := <-returned; err != nil {
		t.Error(err)
	}
}

func TestWatchMeteredFailsWithoutBus(t *testing.T) {
	t.Setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nowhere")
	unexpected := func(bool) { t.Error("reported a change") }
	if err := platform.WatchMetered(t.Context(), unexpected); err == nil {
		t.Error("no error without a bus")
	}
}

// exportNetworkManager starts a NetworkManager with that value of its property Metered.
func exportNetworkManager(t *testing.T, metered uint32) *dbus.Conn {
	t.Helper()
	conn, err := dbus.ConnectSystemBus()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	_, err = prop.Export(conn, "/org/freedesktop/NetworkManager", prop.Map{networkManager: {"Metered": {Value: metered, Emit: prop.EmitTrue}}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := conn.RequestName(networkManager, dbus.NameFlagDoNotQueue); err != nil {
		t.Fatal(err)
	}
	return conn
}

// watchMetered runs WatchMetered until the test ends.
func watchMetered(t *testing.T) <-chan bool {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	changes, returned := make(chan bool), make(chan error, 1)
	go func() {
		returned <- platform.WatchMetered(ctx, func(metered bool) {
			select {
			case changes <- metered:
			case <-ctx.Done():
			}
		})
	}()
	t.Cleanup(func() {
		cancel()
		if err := <-returned; err != nil {
			t.Error(err)
		}
	})
	return changes
}

func wantMetered(t *testing.T, changes <-chan bool, want bool, when string) {
	t.Helper()
	select {
	case got := <-changes:
		if got != want {
			t.Errorf("%s: reported metered=%v, want %v", when, got, want)
		}
	case <-time.After(5 * time.Minute):
		t.Fatalf("%s: no change reported", when)
	}
}

func TestWatchMeteredFollowsNetworkManagerAndBus(t *testing.T) {
	bus := bustest.New(t)
	t.Setenv("DBUS_SYSTEM_BUS_ADDRESS", bus.Address)
	bus.Start(t)
	changes := watchMetered(t)
	select {
	case <-changes:
		t.Error("reported a change without NetworkManager")
	case <-time.After(50 * time.Millisecond):
	}
	for range 2 {
		manager := exportNetworkManager(t, 1)
		wantMetered(t, changes, true, "NetworkManager started")
		_ = manager.Close()
		wantMetered(t, changes, false, "NetworkManager ended")
	}
	exportNetworkManager(t, 3)
	wantMetered(t, changes, true, "NetworkManager started again")
	bus.Stop()
	wantMetered(t, changes, false, "bus ended")
	bus.Start(t)
	exportNetworkManager(t, 1)
	wantMetered(t, changes, true, "NetworkManager started on a new bus")
}
