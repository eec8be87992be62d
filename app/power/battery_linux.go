package power

import (
	"context"

	"github.com/godbus/dbus/v5"

	"github.com/ferryapp/ferry/app/bus"
)

// WatchBattery calls changed, on the caller's goroutine, whenever the computer begins or ends
// to run on its battery, until ctx is done. It counts as plugged in at first, and while
// UPower or the system bus does not run. It returns an error immediately if there is no
// system bus.
func WatchBattery(ctx context.Context, changed func(onBattery bool)) error {
	return bus.WatchProperty(ctx, bus.BoolProperty{
		Service: "org.freedesktop.UPower", Path: "/org/freedesktop/UPower", Name: "OnBattery",
		IsTrue: func(value dbus.Variant) bool { on, _ := value.Value().(bool); return on },
	}, changed)
}
