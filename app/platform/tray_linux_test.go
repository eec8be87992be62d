package platform_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"
	"github.com/godbus/dbus/v5/prop"

	"github.com/ferryapp/ferry/app/internal/bustest"
	"github.com/ferryapp/ferry/app/platform"
)

const trayWatcherName = "org.kde.StatusNotifierWatcher"

// exportWatcher exports a StatusNotifierWatcher, with or without a host.
func exportWatcher(t *testing.T, host bool) {
	t.Helper()
	conn := bustest.Service(t, trayWatcherName)
	_, err := prop.Export(conn, "/StatusNotifierWatcher", prop.Map{
		trayWatcherName: {"IsStatusNotifierHostRegistered": {Value: host, Emit: prop.EmitFalse}},
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestHasTray(t *testing.T) {
	t.Run("no watcher", func(t *testing.T) {
		bustest.Private(t)
		if platform.HasTray(t.Context()) {
			t.Error("found a tray")
		}
	})
	t.Run("watcher without host", func(t *testing.T) {
		bustest.Private(t)
		exportWatcher(t, false)
		if platform.HasTray(t.Context()) {
			t.Error("found a tray")
		}
	})
	t.Run("watcher with host", func(t *testing.T) {
		bustest.Private(t)
		exportWatcher(t, true)
		if !platform.HasTray(t.Context()) {
			t.Error("found no tray")
		}
	})
	t.Run("no bus", func(t *testing.T) {
		t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path="+t.TempDir()+"/nothing")
		if platform.HasTray(t.Context()) {
			t.Error("found a tray")
		}
	})
	t.Run("name owned by another program", func(t *testing.T) {
		bustest.Private(t)
		bustest.Service(t, trayWatcherName)
		if platform.HasTray(t.Context()) {
			t.Error("found a tray")
		}
	})
}

func TestWatchTrayReportsChanges(t *testing.T) {
	bustest.Private(t)
	ctx, cancel := context.WithCancel(t.Context())
	changes := make(chan struct{}, 1)
	returned := make(chan struct{})
	go func() {
		defer close(returned)
		platform.WatchTray(ctx, func() {
			select {
			case changes <- struct{}{}:
			default:
			}
		}, func() { t.Error("reported a restart of the bus") })
	}()
	conn := bustest.Service(t, "io.github.ferryapp.Test")
	for reported := false; !reported; { // changes before the subscription are missed
		if _, err := conn.RequestName(trayWatcherName, dbus.NameFlagDoNotQueue); err != nil {
			t.Fatal(err)
		}
		if _, err := conn.ReleaseName(trayWatcherName); err != nil {
			t.Fatal(err)
		}
		select {
		case <-changes:
			reported = true
		default:
		}
	}
	cancel()
	<-returned
}

func TestWatchTrayReturnsWithoutBus(t *testing.T) {
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path="+t.TempDir()+"/nothing")
	platform.WatchTray(t.Context(), func() { t.Error("reported a change") }, func() { t.Error("reported a restart of the bus") })
}

func TestWatchTrayFollowsSessionBus(t *testing.T) {
	bus := bustest.New(t)
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", bus.Address)
	bus.Start(t)
	ctx, cancel := context.WithCancel(t.Context())
	events, returned := make(chan string, 1), make(chan struct{})
	report := func(event string) func() {
		return func() {
			select {
			case events <- event:
			case <-ctx.Done():
			}
		}
	}
	go func() {
		defer close(returned)
		platform.WatchTray(ctx, report("changed"), report("restarted"))
	}()
	defer func() { cancel(); <-returned }()
	want := func(want string) {
		t.Helper()
		select {
		case got := <-events:
			if got != want {
				t.Fatalf("reported %s, want %s", got, want)
			}
		case <-time.After(5 * time.Minute):
			t.Fatalf("timeout waiting for %s", want)
		}
	}
	waitSubscribed(t, events)
	bus.Stop()
	bus.Start(t)
	for <-events != "restarted" { // reports of changes before
	}
	want("changed")
	for range 2 {
		bus.Stop()
		want("changed")
		bus.Start(t)
		want("restarted")
		want("changed")
		exportWatcher(t, true)
		want("changed")
	}
}

// waitSubscribed changes the owner of the tray's name until a change is reported. More of
// these changes may be reported later.
func waitSubscribed(t *testing.T, events <-chan string) {
	t.Helper()
	conn := bustest.Service(t, "io.github.ferryapp.Test")
	for {
		_, requestErr := conn.RequestName(trayWatcherName, dbus.NameFlagDoNotQueue)
		_, releaseErr := conn.ReleaseName(trayWatcherName)
		if err := errors.Join(requestErr, releaseErr); err != nil {
			t.Fatal(err)
		}
		select {
		case <-events:
			return
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// trayWatcher is a fake StatusNotifierWatcher.
type trayWatcher struct{ icons chan string }

func (w trayWatcher) RegisterStatusNotifierItem(path string) *dbus.Error {
	w.icons <- path
	return nil
}

func TestRegisterTrayIcon(t *testing.T) {
	bustest.Private(t)
	t.Cleanup(func() { // the connection shared by the whole program
		if shared, err := dbus.SessionBus(); err != nil || shared.Close() != nil {
			t.Error("closing the shared connection failed")
		}
	})
	if platform.RegisterTrayIcon(t.Context()) == nil {
		t.Error("no error without a tray")
	}
	icons := make(chan string, 1)
	bustest.Export(t, bustest.Service(t, trayWatcherName), trayWatcher{icons}, "/StatusNotifierWatcher", trayWatcherName)
	if err := platform.RegisterTrayIcon(t.Context()); err != nil {
		t.Fatal(err)
	}
	if path := <-icons; path != "/StatusNotifierItem" {
		t.Errorf("registered %q", path)
	}
}
