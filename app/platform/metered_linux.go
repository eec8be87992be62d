package platform

import (
	"context"
	"fmt"
	"time"

	"github.com/godbus/dbus/v5"
)

const (
	networkManagerName = "org.freedesktop.NetworkManager"
	networkManagerPath = dbus.ObjectPath("/org/freedesktop/NetworkManager")
	meteredProperty    = "Metered"
	propertiesName     = "org.freedesktop.DBus.Properties"
)

// readTimeout is how long NetworkManager may take to reply.
const readTimeout = 10 * time.Second

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
	connect := func() (*dbus.Conn, error) { return dbus.ConnectSystemBus() }
	conn, err := connect()
	if err != nil {
		return fmt.Errorf("connect to system bus: %w", err)
	}
	w := meteredWatch{changed: changed}
	if err := w.follow(ctx, conn); err != nil {
		return err
	}
	for conn = reconnect(ctx, connect); conn != nil; conn = reconnect(ctx, connect) {
		_ = w.follow(ctx, conn) // it disconnected again
	}
	return nil
}

// meteredWatch follows NetworkManager.
type meteredWatch struct {
	changed func(metered bool)
	metered bool // as last reported
}

// set reports a change.
func (w *meteredWatch) set(metered bool) {
	if metered != w.metered {
		w.metered = metered
		w.changed(metered)
	}
}

// follow follows NetworkManager until the connection ends, which it closes when ctx is
// done. It fails if it cannot subscribe.
func (w *meteredWatch) follow(ctx context.Context, conn *dbus.Conn) error {
	defer conn.Close()
	signals, err := subscribe(ctx, conn, matchOwner(networkManagerName), []dbus.MatchOption{
		dbus.WithMatchInterface(propertiesName), dbus.WithMatchMember("PropertiesChanged"),
		dbus.WithMatchObjectPath(networkManagerPath), dbus.WithMatchArg(0, networkManagerName),
	})
	if err != nil {
		return fmt.Errorf("watch NetworkManager: %w", err)
	}
	w.set(readMetered(ctx, conn))
	for {
		select {
		case signal, open := <-signals:
			if !open {
				if ctx.Err() == nil {
					w.set(false)
				}
				return nil
			}
			w.handle(ctx, conn, signal)
		case <-ctx.Done():
			return nil
		}
	}
}

// handle updates the state from a signal. A NetworkManager that has just started is read:
// it does not report its first values as changes.
func (w *meteredWatch) handle(ctx context.Context, conn *dbus.Conn, signal *dbus.Signal) {
	if owner, changed := newOwner(signal, networkManagerName); changed {
		w.set(owner != "" && readMetered(ctx, conn))
		return
	}
	if signal.Name != propertiesName+".PropertiesChanged" || len(signal.Body) < 2 {
		return
	}
	properties, _ := signal.Body[1].(map[string]dbus.Variant)
	if value, ok := properties[meteredProperty]; ok {
		w.set(isMetered(value))
	}
}

// readMetered reports whether NetworkManager runs and reports that the network is metered.
func readMetered(ctx context.Context, conn *dbus.Conn) bool {
	ctx, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	var value dbus.Variant
	err := conn.Object(networkManagerName, networkManagerPath).
		CallWithContext(ctx, propertiesName+".Get", dbus.FlagNoAutoStart, networkManagerName, meteredProperty).Store(&value)
	return err == nil && isMetered(value)
}

func isMetered(value dbus.Variant) bool {
	metered, _ := value.Value().(uint32)
	return metered == nmMeteredYes || metered == nmMeteredGuessYes
}
