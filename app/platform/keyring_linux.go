package platform

import (
	"context"
	"slices"

	"github.com/godbus/dbus/v5"
)

const secretsName = "org.freedesktop.secrets"

// HasKeyring reports whether a Secret Service runs in this session, or would be
// started when it is asked. Nobody is asked for a password.
func HasKeyring(ctx context.Context) bool {
	conn, err := connectSession(dbus.WithContext(ctx))
	if err != nil {
		return false
	}
	defer conn.Close()
	var owned bool
	if err := conn.BusObject().CallWithContext(ctx, "org.freedesktop.DBus.NameHasOwner", 0, secretsName).Store(&owned); err != nil {
		return false
	}
	if owned {
		return true
	}
	var names []string
	err = conn.BusObject().CallWithContext(ctx, "org.freedesktop.DBus.ListActivatableNames", 0).Store(&names)
	return err == nil && slices.Contains(names, secretsName)
}
