package platform

import (
	"context"

	"github.com/godbus/dbus/v5"

	"github.com/ferryapp/ferry/app/bus"
)

// Values of NetworkManager's NMMetered enumeration. The others mean no or unknown.
const (
	nmMeteredYes      uint32 = 1
	nmMeteredGuessYes uint32 = 3
)

// KnowsMetered reports that this system tells whether the network is metered.
const KnowsMetered = true

// WatchMetered calls changed, on the caller's goroutine, whenever the network becomes
// metered or ceases to be, until ctx is done. The network counts as not metered at
// first, and while NetworkManager or the system bus does not run. It returns an error
// immediately if there is no system bus.
func WatchMetered(ctx context.Context, changed func(metered bool)) error {
	return bus.WatchProperty(ctx, bus.BoolProperty{
		Service: "org.freedesktop.NetworkManager", Path: "/org/freedesktop/NetworkManager", Name: "Metered", IsTrue: isMetered,
	}, changed)
}

func isMetered(value dbus.Variant) bool {
	metered, _ := value.Value().(uint32)
	return metered == nmMeteredYes || metered == nmMeteredGuessYes
}
