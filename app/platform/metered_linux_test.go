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

func TestMeteredNetworksAreTold(t *testing.T) {
	privateBus(t)
	t.Setenv("DBUS_SYSTEM_BUS_ADDRESS", os.Getenv("DBUS_SESSION_BUS_ADDRESS"))
	conn := service(t, networkManager)
	says, err := prop.Export(conn, "/org/freedesktop/NetworkManager", prop.Map{networkManager: {
		"Metered":      {Value: uint32(4), Emit: prop.EmitTrue},
		"Connectivity": {Value: uint32(4), Emit: prop.EmitTrue},
	}})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	told := make(chan bool)
	ended := make(chan error, 1)
	go func() {
		ended <- platform.WatchMetered(ctx, func(metered bool) {
			select {
			case told <- metered:
			case <-ctx.Done():
			}
		})
	}()
	say := func(name string, value uint32) {
		says.SetMust(networkManager, name, value)
	}
	// The first word is the watcher's that it listens: until it does, changes of
	// the beginning may be lost, but never the last one.
	for listening := false; !listening; {
		say("Metered", 1)
		select {
		case metered := <-told:
			listening = true
			if !metered {
				t.Error("a metered network is told as one that is not")
			}
		case err := <-ended:
			t.Fatal(err)
		case <-time.After(10 * time.Millisecond):
		}
	}
	say("Connectivity", 1) // nothing to do with it
	say("Metered", 3)      // still, as far as one can guess
	say("Metered", 2)
	if metered := <-told; metered {
		t.Error("a network that is not metered is told as one that is")
	}
	say("Metered", 3)
	if metered := <-told; !metered {
		t.Error("a network that seems to be metered is told as one that is not")
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestWithoutNetworkManagerNothingIsMetered(t *testing.T) {
	privateBus(t)
	t.Setenv("DBUS_SYSTEM_BUS_ADDRESS", os.Getenv("DBUS_SESSION_BUS_ADDRESS"))
	err := platform.WatchMetered(t.Context(), func(bool) { t.Error("somebody told something") })
	if err == nil {
		t.Error("it watches nobody")
	}
	t.Setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nowhere")
	if err := platform.WatchMetered(t.Context(), func(bool) { t.Error("somebody told something") }); err == nil {
		t.Error("it watches without a bus")
	}
}
