package platform

import (
	"context"
	"slices"

	"github.com/ferryapp/ferry/app/bus"
)

const secretsName = "org.freedesktop.secrets"

// HasKeyring reports whether a Secret Service runs in this session or would be
// started on use. It never prompts for a password.
func HasKeyring(ctx context.Context) bool {
	conn, err := bus.ConnectSession(ctx)
	if err != nil {
		return false
	}
	defer bus.Close(conn)
	owned, err := bus.HasOwner(ctx, conn, secretsName)
	if err != nil || owned {
		return owned
	}
	var activatable []string
	err = bus.Call(ctx, conn.BusObject(), "org.freedesktop.DBus.ListActivatableNames", 0).Store(&activatable)
	return err == nil && slices.Contains(activatable, secretsName)
}

// newUnlimitedKeyring returns the system's keyring, which stores secrets of any length.
func newUnlimitedKeyring() Keyring { return newSystemKeyring() }
