package platform

import (
	"context"
	"fmt"

	"github.com/godbus/dbus/v5"

	"github.com/ferryapp/ferry/app/bus"
)

const (
	trayWatcherName = "org.kde.StatusNotifierWatcher"
	trayWatcherPath = dbus.ObjectPath("/StatusNotifierWatcher")
	trayIconPath    = "/StatusNotifierItem" // where the toolkit exports its icon
)

// HasTray reports whether the desktop shows tray icons, that is, whether there is a
// StatusNotifierWatcher with a registered host.
func HasTray(ctx context.Context) bool {
	conn, err := bus.ConnectSession(ctx)
	if err != nil {
		return false
	}
	defer bus.Close(conn)
	if owned, err := bus.HasOwner(ctx, conn, trayWatcherName); err != nil || !owned {
		return false
	}
	var host bool
	err = bus.Call(ctx, conn.Object(trayWatcherName, trayWatcherPath), "org.freedesktop.DBus.Properties.Get", 0, trayWatcherName, "IsStatusNotifierHostRegistered").Store(&host)
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
	call := bus.Call(ctx, conn.Object(trayWatcherName, trayWatcherPath), trayWatcherName+".RegisterStatusNotifierItem", dbus.FlagNoAutoStart, trayIconPath)
	if call.Err != nil {
		return fmt.Errorf("register tray icon: %w", call.Err)
	}
	return nil
}

// WatchTray calls changed, on the caller's goroutine, whenever a tray appears or
// disappears, also with the session bus. Before that it calls restarted, on the same
// goroutine, if the session bus was restarted: the toolkit's icon ended with the old one.
// It returns when ctx is done, and at once where there is no session bus.
func WatchTray(ctx context.Context, changed, restarted func()) {
	conn, err := bus.ConnectSession(ctx)
	if err != nil || followTray(ctx, conn, func() {}, changed) != nil {
		return
	}
	for gone := false; ctx.Err() == nil; {
		if conn, err = bus.ConnectSession(ctx); err == nil {
			err = followTray(ctx, conn, func() { restarted(); changed() }, changed)
		}
		if err == nil {
			gone = false
			continue
		}
		if !gone {
			gone = true
			changed()
		}
		bus.Wait(ctx, bus.ReconnectInterval)
	}
}

// followTray calls subscribed and then follows the tray until the connection ends, which it
// closes when ctx is done. It fails if it cannot subscribe.
func followTray(ctx context.Context, conn *dbus.Conn, subscribed, changed func()) error {
	defer bus.Close(conn)
	signals, err := bus.Subscribe(ctx, conn, bus.MatchOwner(trayWatcherName), []dbus.MatchOption{dbus.WithMatchInterface(trayWatcherName)})
	if err != nil {
		return err
	}
	subscribed()
	for {
		select {
		case <-ctx.Done():
			return nil
		case signal, open := <-signals:
			if !open {
				return nil
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
	default:
		_, changed := bus.NewOwner(signal, trayWatcherName)
		return changed
	}
}
