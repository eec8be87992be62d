package platform

import (
	"context"

	"github.com/godbus/dbus/v5"

	"github.com/ferryapp/ferry/app/bus"
)

const (
	launcherSignal = "com.canonical.Unity.LauncherEntry.Update"
	launcherPath   = dbus.ObjectPath("/io/github/ferryapp/Ferry/LauncherEntry")
	launcherURI    = "application://" + desktopFile + ".desktop"
)

// Run sends the changes to docks that know the Unity launcher API, such as those of Ubuntu and
// KDE, until ctx ends, at most one per launcherInterval: they listen to signals on the session
// bus, and remove what they show when the connection is closed. It waits for a missing bus
// with the next change.
//
// See https://wiki.ubuntu.com/Unity/LauncherAPI.
func (l *Launcher) Run(ctx context.Context) {
	var conn *dbus.Conn
	defer func() {
		if conn != nil {
			_ = conn.Close() // nothing is waiting to be written
		}
	}()
	var sent LauncherState
	for {
		select {
		case <-ctx.Done():
			return
		case <-l.changed:
		}
		state, _ := l.newest()
		if state == sent {
			continue // only the window is another one
		}
		if conn == nil || !conn.Connected() {
			var err error
			if conn, err = bus.ConnectSession(ctx); err != nil {
				conn = nil // the next change tries again
			}
		}
		if conn != nil && conn.Emit(launcherPath, launcherSignal, launcherURI, launcherProperties(state)) == nil {
			sent = state
		}
		if !bus.Wait(ctx, launcherInterval) {
			return
		}
	}
}

// launcherProperties returns the properties of the signal.
func launcherProperties(state LauncherState) map[string]dbus.Variant {
	return map[string]dbus.Variant{
		"progress":         dbus.MakeVariant(state.Progress),
		"progress-visible": dbus.MakeVariant(state.ShowsProgress && !state.Paused),
		"count":            dbus.MakeVariant(state.Count),
		"count-visible":    dbus.MakeVariant(state.Count > 0),
		"urgent":           dbus.MakeVariant(state.Urgent),
	}
}
