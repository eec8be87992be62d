package platform

import (
	"context"
	"fmt"

	"github.com/godbus/dbus/v5"
)

const (
	trayWatcherName = "org.kde.StatusNotifierWatcher"
	trayWatcherPath = dbus.ObjectPath("/StatusNotifierWatcher")
	trayIconPath    = "/StatusNotifierItem" // where the toolkit exports its icon
)

// HasTray reports whether the desktop shows tray icons, that is, whether there is a
// StatusNotifierWatcher with a registered host.
func HasTray(ctx context.Context) bool {
	conn, err := connectSession(dbus.WithContext(ctx))
	if err != nil {
		return false
	}
	defer conn.Close()
	if owned, err := hasOwner(ctx, conn, trayWatcherName); err != nil || !owned {
		return false
	}
	var host bool
	err = conn.Object(trayWatcherName, trayWatcherPath).
		CallWithContext(ctx, propertiesName+".Get", 0, trayWatcherName, "IsStatusNotifierHostRegistered").
		Store(&host)
	return err == nil && host
}

// RegisterTrayIcon registers the toolkit's icon with the current tray. Registering it again
// does nothing.
//
// The toolkit registers it with a restarted tray only until it receives an unrelated
// signal with a short body. Such signals arrive because the keyring library uses the
// same connection.
func RegisterTrayIcon(ctx context.Context) error {
	conn, err := dbus.SessionBus() // the toolkit's connection, which the icon belongs to
	if err != nil {
		return fmt.Errorf("register tray icon: %w", err)
	}
	call := conn.Object(trayWatcherName, trayWatcherPath).
		CallWithContext(ctx, trayWatcherName+".RegisterStatusNotifierItem", dbus.FlagNoAutoStart, trayIconPath)
	if call.Err != nil {
		return fmt.Errorf("register tray icon: %w", call.Err)
	}
	return nil
}

// WatchTray calls changed, on the caller's goroutine, whenever a tray appears or
// disappears. It returns when ctx is done or the session bus is not available.
func WatchTray(ctx context.Context, changed func()) {
	conn, err := connectSession(dbus.WithContext(ctx))
	if err != nil {
		return
	}
	defer conn.Close()
	signals := make(chan *dbus.Signal, 8)
	conn.Signal(signals)
	ownerErr := conn.AddMatchSignal(dbus.WithMatchInterface("org.freedesktop.DBus"), dbus.WithMatchMember("NameOwnerChanged"), dbus.WithMatchArg(0, trayWatcherName))
	watcherErr := conn.AddMatchSignal(dbus.WithMatchInterface(trayWatcherName))
	if ownerErr != nil || watcherErr != nil {
		return
	}
	for {
		select {
		case <-ctx.Done():
			return
		case signal, open := <-signals:
			if !open {
				return
			}
			if changesTray(signal) {
				changed()
			}
		}
	}
}

// changesTray reports whether the signal means that a tray appeared or disappeared.
// Others concern single icons or other bus names.
func changesTray(signal *dbus.Signal) bool {
	switch signal.Name {
	case trayWatcherName + ".StatusNotifierHostRegistered", trayWatcherName + ".StatusNotifierHostUnregistered":
		return true
	case "org.freedesktop.DBus.NameOwnerChanged":
		return len(signal.Body) > 0 && signal.Body[0] == trayWatcherName
	default:
		return false
	}
}
