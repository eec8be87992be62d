package platform

import (
	"context"
	"fmt"

	"github.com/godbus/dbus/v5"
)

const (
	watcherName = "org.kde.StatusNotifierWatcher"
	watcherPath = dbus.ObjectPath("/StatusNotifierWatcher")
	toolkitIcon = "/StatusNotifierItem" // where the toolkit's tray icon answers
)

// HasTray reports whether this desktop shows tray icons: whether there is a
// StatusNotifierWatcher and a host registered with it. A window hidden where
// there is none could not be brought back.
func HasTray(ctx context.Context) bool {
	conn, err := connectSession(dbus.WithContext(ctx))
	if err != nil {
		return false
	}
	defer conn.Close()
	var owned bool
	err = conn.BusObject().CallWithContext(ctx, "org.freedesktop.DBus.NameHasOwner", 0, watcherName).Store(&owned)
	if err != nil || !owned {
		return false
	}
	var host bool
	err = conn.Object(watcherName, watcherPath).
		CallWithContext(ctx, "org.freedesktop.DBus.Properties.Get", 0, watcherName, "IsStatusNotifierHostRegistered").
		Store(&host)
	return err == nil && host
}

// ShowInTray has the tray that is there now show the icon which the toolkit made.
// To one that has it already this says nothing new.
//
// The toolkit does so itself when a panel was started anew, until the first short
// signal for somebody else comes over its connection: over the same one the
// keyring's library hears that somebody unlocked the keyring.
func ShowInTray(ctx context.Context) error {
	conn, err := dbus.SessionBus() // the toolkit's: an icon belongs to the connection that brings it
	if err != nil {
		return fmt.Errorf("show in tray: %w", err)
	}
	call := conn.Object(watcherName, watcherPath).
		CallWithContext(ctx, watcherName+".RegisterStatusNotifierItem", dbus.FlagNoAutoStart, toolkitIcon)
	if call.Err != nil {
		return fmt.Errorf("show in tray: %w", call.Err)
	}
	return nil
}

// FollowTray calls changed, on its caller's goroutine, whenever a tray came or
// went, until ctx ends or there is no desktop to ask.
func FollowTray(ctx context.Context, changed func()) {
	conn, err := connectSession(dbus.WithContext(ctx))
	if err != nil {
		return
	}
	defer conn.Close()
	signals := make(chan *dbus.Signal, 8)
	conn.Signal(signals)
	owner := conn.AddMatchSignal(dbus.WithMatchInterface("org.freedesktop.DBus"), dbus.WithMatchMember("NameOwnerChanged"), dbus.WithMatchArg(0, watcherName))
	host := conn.AddMatchSignal(dbus.WithMatchInterface(watcherName))
	if owner != nil || host != nil {
		return
	}
	for {
		select {
		case <-ctx.Done():
			return
		case signal, open := <-signals:
			switch {
			case !open:
				return
			case concernsTray(signal):
				changed()
			}
		}
	}
}

// concernsTray passes over what is said of single icons, and of other names.
func concernsTray(signal *dbus.Signal) bool {
	switch signal.Name {
	case watcherName + ".StatusNotifierHostRegistered", watcherName + ".StatusNotifierHostUnregistered":
		return true
	case "org.freedesktop.DBus.NameOwnerChanged":
		return len(signal.Body) > 0 && signal.Body[0] == watcherName
	default:
		return false
	}
}
