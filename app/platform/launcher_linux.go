package platform

import (
	"context"
	"sync"
	"time"

	"github.com/godbus/dbus/v5"

	"github.com/ferryapp/ferry/app/bus"
)

const (
	launcherSignal = "com.canonical.Unity.LauncherEntry.Update"
	launcherPath   = dbus.ObjectPath("/io/github/ferryapp/Ferry/LauncherEntry")
	launcherURI    = "application://" + desktopFile + ".desktop"

	// launcherInterval is the shortest time between two signals.
	launcherInterval = time.Second
)

// Launcher shows progress on the program's icon in docks that know the Unity launcher API,
// such as those of Ubuntu and KDE: they listen to signals on the session bus. Without such a
// dock or without a bus, it has no effect. Its methods may be called on any goroutine.
//
// See https://wiki.ubuntu.com/Unity/LauncherAPI.
type Launcher struct {
	changed chan struct{} // of capacity 1

	mu   sync.Mutex
	next LauncherState
}

// NewLauncher returns a launcher that shows nothing.
func NewLauncher() *Launcher { return &Launcher{changed: make(chan struct{}, 1)} }

// Show replaces what the icon shows. It does not wait for the desktop.
func (l *Launcher) Show(state LauncherState) {
	l.mu.Lock()
	same := l.next == state
	l.next = state
	l.mu.Unlock()
	if same {
		return
	}
	select {
	case l.changed <- struct{}{}:
	default:
	}
}

// Run sends the changes to the desktop until ctx ends, at most one per launcherInterval.
// Docks remove what they show when the connection is closed.
func (l *Launcher) Run(ctx context.Context) {
	var conn *dbus.Conn
	defer func() {
		if conn != nil {
			_ = conn.Close() // nothing is waiting to be written
		}
	}()
	for {
		select {
		case <-ctx.Done():
			return
		case <-l.changed:
		}
		if conn == nil || !conn.Connected() {
			var err error
			if conn, err = bus.ConnectSession(); err != nil {
				conn = nil // the next change tries again
			}
		}
		if conn != nil {
			_ = conn.Emit(launcherPath, launcherSignal, launcherURI, l.properties()) // the next change connects again
		}
		if !bus.Wait(ctx, launcherInterval) {
			return
		}
	}
}

// properties returns the properties of the signal.
func (l *Launcher) properties() map[string]dbus.Variant {
	l.mu.Lock()
	defer l.mu.Unlock()
	return map[string]dbus.Variant{
		"progress":         dbus.MakeVariant(l.next.Progress),
		"progress-visible": dbus.MakeVariant(l.next.ShowsProgress),
		"count":            dbus.MakeVariant(l.next.Count),
		"count-visible":    dbus.MakeVariant(l.next.Count > 0),
		"urgent":           dbus.MakeVariant(l.next.Urgent),
	}
}
