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
	var dock launcherConn
	defer dock.close()
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
		if dock.send(ctx, state) == nil {
			sent = state
		} // otherwise the next change tries again
		if !bus.Wait(ctx, launcherInterval) {
			return
		}
	}
}

// launcherConn is the connection to the session bus, if there is one.
type launcherConn struct {
	conn    *dbus.Conn // nil for none
	emitter *bus.Emitter
}

// send sends a state to the docks. It connects to the bus unless connected, and leaves one that
// does not read.
func (c *launcherConn) send(ctx context.Context, state LauncherState) error {
	if c.conn == nil || !c.conn.Connected() {
		conn, err := bus.ConnectSession(ctx)
		if err != nil {
			return err
		}
		c.conn, c.emitter = conn, bus.NewEmitter(conn)
	}
	err := c.emitter.Emit(ctx, launcherPath, launcherSignal, launcherURI, launcherProperties(state))
	if err != nil {
		c.close()
	}
	return err
}

func (c *launcherConn) close() {
	if c.conn != nil {
		_ = bus.Close(c.conn)
	}
	c.conn = nil
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
