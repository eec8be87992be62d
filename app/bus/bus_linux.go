package bus

import (
	"context"
	"errors"
	"time"

	"github.com/godbus/dbus/v5"
)

// ownerChanged is the bus's signal that a name has another owner, or none.
const ownerChanged = "org.freedesktop.DBus.NameOwnerChanged"

// ReconnectInterval is how often to try to connect to a bus that has disconnected.
const ReconnectInterval = 2 * time.Second

// ConnectSession connects to the session bus. Unlike [dbus.ConnectSessionBus] it
// does not start one. The caller closes the connection.
func ConnectSession(options ...dbus.ConnOption) (*dbus.Conn, error) {
	conn, err := dbus.SessionBusPrivateNoAutoStartup(options...)
	if err != nil {
		return nil, err
	}
	if err := conn.Auth(nil); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	if err := conn.Hello(); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return conn, nil
}

// HasOwner reports whether a program owns the bus name.
func HasOwner(ctx context.Context, conn *dbus.Conn, name string) (bool, error) {
	var owned bool
	err := conn.BusObject().CallWithContext(ctx, "org.freedesktop.DBus.NameHasOwner", 0, name).Store(&owned)
	return owned, err
}

// Reconnect connects to a bus that has disconnected, once it is there again. It returns
// nil when ctx is done.
func Reconnect(ctx context.Context, connect func() (*dbus.Conn, error)) *dbus.Conn {
	for Wait(ctx, ReconnectInterval) {
		if conn, err := connect(); err == nil {
			return conn
		}
	}
	return nil
}

// Wait reports whether the time has passed before ctx is done.
func Wait(ctx context.Context, duration time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(duration):
		return true
	}
}

// Subscribe returns the signals that match one of the rules, and those that concern the
// connection itself. The channel is closed when the connection ends.
func Subscribe(ctx context.Context, conn *dbus.Conn, rules ...[]dbus.MatchOption) (<-chan *dbus.Signal, error) {
	signals := make(chan *dbus.Signal, 16)
	conn.Signal(signals)
	for _, rule := range rules {
		if err := conn.AddMatchSignalContext(ctx, rule...); err != nil {
			return nil, err
		}
	}
	return signals, nil
}

// MatchOwner is the rule for changes of a bus name's owner.
func MatchOwner(name string) []dbus.MatchOption {
	return []dbus.MatchOption{
		dbus.WithMatchSender("org.freedesktop.DBus"), dbus.WithMatchInterface("org.freedesktop.DBus"),
		dbus.WithMatchMember("NameOwnerChanged"), dbus.WithMatchArg(0, name),
	}
}

// NewOwner returns the new owner of a bus name, "" for none. changed reports whether the
// signal is about that.
func NewOwner(signal *dbus.Signal, name string) (owner string, changed bool) {
	if signal.Name != ownerChanged || len(signal.Body) < 3 || signal.Body[0] != name {
		return "", false
	}
	owner, changed = signal.Body[2].(string)
	return owner, changed
}
