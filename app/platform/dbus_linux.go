package platform

import (
	"context"
	"errors"

	"github.com/godbus/dbus/v5"
)

// connectSession connects to the session bus. Unlike [dbus.ConnectSessionBus] it
// does not start one. The caller closes the connection.
func connectSession(options ...dbus.ConnOption) (*dbus.Conn, error) {
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

// hasOwner reports whether a program owns the bus name.
func hasOwner(ctx context.Context, conn *dbus.Conn, name string) (bool, error) {
	var owned bool
	err := conn.BusObject().CallWithContext(ctx, "org.freedesktop.DBus.NameHasOwner", 0, name).Store(&owned)
	return owned, err
}
