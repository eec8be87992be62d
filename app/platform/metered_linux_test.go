package platform_test

import (
	"context"
	"os"
	"testing"
	"time"

	"github.com/godbus/dbus/v5/prop"

	"github.com/ferryapp/ferry/app/platform"
)

const networkManager = "org.freedesktop.NetworkManager"

func TestWatchMeteredReportsChanges(t *testing.T) {
	privateBus(t)
	t.Setenv("DBUS_SYSTEM_BUS_ADDRESS", os.Getenv("DBUS_SESSION_BUS_ADDRESS"))
	conn := service(t, networkManager)
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

func TestWatchMeteredFailsWithoutNetworkManager(t *testing.T) {
	privateBus(t)
	t.Setenv("DBUS_SYSTEM_BUS_ADDRESS", os.Getenv("DBUS_SESSION_BUS_ADDRESS"))
	unexpected := func(bool) { t.Error("reported a change") }
	if err := platform.WatchMetered(t.Context(), unexpected); err == nil {
		t.Error("no error without NetworkManager")
	}
	t.Setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nowhere")
	if err := platform.WatchMetered(t.Context(), unexpected); err == nil {
		t.Error("no error without a bus")
	}
}
