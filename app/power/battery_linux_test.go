package power_test

import (
	"context"
	"testing"
	"time"

	"github.com/godbus/dbus/v5/prop"

	"github.com/ferryapp/ferry/app/internal/bustest"
	"github.com/ferryapp/ferry/app/power"
)

const upower = "org.freedesktop.UPower"

func TestBatteryIsFollowed(t *testing.T) {
	bustest.PrivateSystem(t)
	conn := connect(t)
	properties, err := prop.Export(conn, "/org/freedesktop/UPower", prop.Map{upower: {"OnBattery": {Value: true, Emit: prop.EmitTrue}}})
	if err != nil {
		t.Fatal(err)
	}
	own(t, conn, upower)
	ctx, cancel := context.WithCancel(t.Context())
	changes, returned := make(chan bool, 10), make(chan error, 1)
	go func() { returned <- power.WatchBattery(ctx, func(on bool) { changes <- on }) }()
	want := func(want bool, when string) {
		t.Helper()
		select {
		case got := <-changes:
			if got != want {
				t.Errorf("%s: on battery is %v, want %v", when, got, want)
			}
		case <-time.After(limit):
			t.Fatalf("%s: no change reported", when)
		}
	}
	want(true, "at first")
	properties.SetMust(upower, "OnBattery", false)
	want(false, "plugged in")
	properties.SetMust(upower, "OnBattery", true)
	want(true, "unplugged")
	_ = conn.Close()
	want(false, "UPower ended")
	cancel()
	if err := <-returned; err != nil {
		t.Error(err)
	}
}
