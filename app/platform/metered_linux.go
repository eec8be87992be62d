package platform

import (
	"context"
	"errors"
	"fmt"

	"github.com/godbus/dbus/v5"
)

const (
	networkName    = "org.freedesktop.NetworkManager"
	networkPath    = dbus.ObjectPath("/org/freedesktop/NetworkManager")
	meteredName    = "Metered"
	propertiesName = "org.freedesktop.DBus.Properties"
)

// What NetworkManager says of a network (NMMetered); anything else is no or not
// known.
const (
	meteredYes      uint32 = 1
	meteredGuessYes uint32 = 3
)

// WatchMetered tells whether the network is paid for by what goes over it: once
// when it is, and whenever that changes, until ctx ends. It returns at once with
// an error where nobody can say; such a network counts as not metered. told is
// called on the caller's goroutine.
func WatchMetered(ctx context.Context, told func(metered bool)) error {
	conn, err := dbus.SystemBusPrivate()
	if err != nil {
		return fmt.Errorf("connect system bus: %w", err)
	}
	defer conn.Close()
	if err := errors.Join(conn.Auth(nil), conn.Hello()); err != nil {
		return fmt.Errorf("connect system bus: %w", err)
	}
	signals := make(chan *dbus.Signal, 16)
	conn.Signal(signals)
	err = conn.AddMatchSignalContext(ctx,
		dbus.WithMatchInterface(propertiesName), dbus.WithMatchMember("PropertiesChanged"),
		dbus.WithMatchObjectPath(networkPath), dbus.WithMatchArg(0, networkName))
	if err != nil {
		return fmt.Errorf("watch NetworkManager: %w", err)
	}
	var now dbus.Variant
	err = conn.Object(networkName, networkPath).CallWithContext(ctx, propertiesName+".Get", dbus.FlagNoAutoStart, networkName, meteredName).Store(&now)
	if err != nil {
		return fmt.Errorf("ask NetworkManager: %w", err)
	}
	m := meter{told: told}
	m.take(now)
	for {
		select {
		case signal, open := <-signals:
			if !open {
				return errors.New("watch NetworkManager: the bus is gone")
			}
			m.hear(signal)
		case <-ctx.Done():
			return nil
		}
	}
}

// meter tells what changed.
type meter struct {
	told    func(bool)
	metered bool
}

func (m *meter) hear(signal *dbus.Signal) {
	if len(signal.Body) < 2 {
		return
	}
	if changed, ok := signal.Body[1].(map[string]dbus.Variant); ok {
		if value, ok := changed[meteredName]; ok {
			m.take(value)
		}
	}
}

func (m *meter) take(value dbus.Variant) {
	says, _ := value.Value().(uint32)
	if metered := says == meteredYes || says == meteredGuessYes; metered != m.metered {
		m.metered = metered
		m.told(metered)
	}
}
