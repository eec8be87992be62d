package platform_test

import (
	"context"
	"testing"

	"github.com/ferryapp/ferry/app/platform"
	"github.com/godbus/dbus/v5"
	"github.com/godbus/dbus/v5/prop"
)

const watcher = "org.kde.StatusNotifierWatcher"

func watch(t *testing.T, host bool) {
	t.Helper()
	conn := service(t, watcher)
	_, err := prop.Export(conn, "/StatusNotifierWatcher", prop.Map{
		watcher: {"IsStatusNotifierHostRegistered": {Value: host, Emit: prop.EmitFalse}},
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestHasTray(t *testing.T) {
	t.Run("a desktop without a watcher has none", func(t *testing.T) {
		privateBus(t)
		if platform.HasTray(t.Context()) {
			t.Error("a tray was found where nothing shows one")
		}
	})
	t.Run("a watcher without a host has none", func(t *testing.T) {
		privateBus(t)
		watch(t, false)
		if platform.HasTray(t.Context()) {
			t.Error("a tray was found where no host shows it")
		}
	})
	t.Run("a watcher with a host has one", func(t *testing.T) {
		privateBus(t)
		watch(t, true)
		if !platform.HasTray(t.Context()) {
			t.Error("the tray was not found")
		}
	})
	t.Run("a session without a bus has none", func(t *testing.T) {
		t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path="+t.TempDir()+"/nothing")
		if platform.HasTray(t.Context()) {
			t.Error("a tray was found without a bus")
		}
	})
	t.Run("a name that is no watcher has none", func(t *testing.T) {
		privateBus(t)
		service(t, watcher)
		if platform.HasTray(t.Context()) {
			t.Error("a tray was found behind a name alone")
		}
	})
}

func TestFollowTray(t *testing.T) {
	privateBus(t)
	ctx, cancel := context.WithCancel(t.Context())
	changes := make(chan struct{}, 1)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		platform.FollowTray(ctx, func() {
			select {
			case changes <- struct{}{}:
			default:
			}
		})
	}()
	conn := service(t, "io.github.ferryapp.Stranger")
	for told := false; !told; { // until it listens
		if _, err := conn.RequestName(watcher, dbus.NameFlagDoNotQueue); err != nil {
			t.Fatal(err)
		}
		if _, err := conn.ReleaseName(watcher); err != nil {
			t.Fatal(err)
		}
		select {
		case <-changes:
			told = true
		default:
		}
	}
	cancel()
	<-ended
}

// trayWatcher stands in for a panel's list of icons.
type trayWatcher struct{ icons chan string }

func (w trayWatcher) RegisterStatusNotifierItem(at string) *dbus.Error {
	w.icons <- at
	return nil
}

func TestShowInTray(t *testing.T) {
	privateBus(t)
	t.Cleanup(func() { // the connection that the whole program shares
		if shared, err := dbus.SessionBus(); err != nil || shared.Close() != nil {
			t.Error("the connection did not end")
		}
	})
	if platform.ShowInTray(t.Context()) == nil {
		t.Error("the icon is shown where there is no tray")
	}
	icons := make(chan string, 1)
	export(t, service(t, watcher), trayWatcher{icons}, "/StatusNotifierWatcher", watcher)
	if err := platform.ShowInTray(t.Context()); err != nil {
		t.Fatal(err)
	}
	if at := <-icons; at != "/StatusNotifierItem" {
		t.Errorf("the tray was given %q", at)
	}
}

func TestFollowTrayWithoutADesktopEnds(t *testing.T) {
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path="+t.TempDir()+"/nothing")
	platform.FollowTray(t.Context(), func() { t.Error("nothing can have changed") })
}
