package platform

import (
	"context"
	"errors"
	"fmt"

	"github.com/godbus/dbus/v5"
)

const (
	networkManagerName = "org.freedesktop.NetworkManager"
	networkManagerPath = dbus.ObjectPath("/org/freedesktop/NetworkManager")
	meteredProperty    = "Metered"
	propertiesName     = "org.freedesktop.DBus.Properties"
)

// Values of NetworkManager's NMMetered enumeration. The others mean no or unknown.
const (
	nmMeteredYes      uint32 = 1
	nmMeteredGuessYes uint32 = 3
)

// WatchMetered calls changed, on the caller's goroutine, whenever the network becomes
// metered or ceases to be, until ctx is done. The network counts as not metered at
// first. It returns an error immediately if NetworkManager is not available.
func WatchMetered(ctx context.Context, changed func(metered bool)) error {
	conn, err := dbus.ConnectSystemBus()
	if err != nil {
		return fmt.Errorf("connect to system bus: %w", err)
	}
	defer conn.Close()
	signals := make(chan *dbus.Signal, 16)
	conn.Signal(signals)
	err = conn.AddMatchSignalContext(ctx,
		dbus.WithMatchInterface(propertiesName), dbus.WithMatchMember("PropertiesChanged"),
		dbus.WithMatchObjectPath(networkManagerPath), dbus.WithMatchArg(0, networkManagerName))
	if err != nil {
		return fmt.Errorf("watch NetworkManager: %w", err)
	}
	var value dbus.Variant
	err = conn.Object(networkManagerName, networkManagerPath).
		CallWithContext(ctx, propertiesName+".Get", dbus.FlagNoAutoStart, networkManagerName, meteredProperty).Store(&value)
	if err != nil {
		return fmt.Errorf("read NetworkManager: %w", err)
	}
	metered := false
	for {
		if now := isMetered(value); now != metered {
			metered = now
			changed(metered)
		}
		if value, err = nextMetered(ctx, signals); err != nil {
			return err
		}
		if ctx.Err() != nil {
			return nil
		}
	}
}

// nextMetered waits for a changed Metered property, or for the end of ctx.
func nextMetered(ctx context.Context, signals <-chan *dbus.Signal) (dbus.Variant, error) {
	for {
		select {
		case signal, open := <-signals:
			if !open {
				return dbus.Variant{}, errors.New("watch NetworkManager: system bus disconnected")
			}
			if len(signal.Body) < 2 {
				continue
			}
			properties, _ := signal.Body[1].(map[string]dbus.Variant)
			if value, ok := properties[meteredProperty]; ok {
				return value, nil
			}
		case <-ctx.Done():
			return dbus.Variant{}, nil
		}
	}
}

func isMetered(value dbus.Variant) bool {
	metered, _ := value.Value().(uint32)
	return metered == nmMeteredYes || metered == nmMeteredGuessYes
}
