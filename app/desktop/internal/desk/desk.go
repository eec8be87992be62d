//go:build linux

// Package desk is a real desktop on a virtual screen, to use Ferry as a person
// does: an X server, a window manager, a panel with a tray, a notification
// notifydTitle, an unlocked keyring and a message bus of their own, on the first
// display that is free. A file dragged onto a window is a real XDND drag; the
// tray is read and pressed over D-Bus, as the panel does.
//
// Everything a Desktop starts is a child of this process and dies with it, even
// when that is killed. Nothing else on the machine is touched: home, profile,
// runtime directory and bus are the Desktop's own.
//
// A Desktop is used by one goroutine. Waiting is for a condition, never for a
// time; how long is the caller's context to say.
package desk

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/godbus/dbus/v5"
)

// Size of the screen in pixels.
const (
	Width  = 1280
	Height = 860
)

// Desktop is a running desktop.
type Desktop struct {
	dir           string
	env           []string
	display       string // of the X server
	launcher      launcher
	services      []*Process // in the order in which they were started
	panel         *Process
	bus           *dbus.Conn
	notifications notifications
}

// Start brings up a desktop that keeps all of its files below dir, whose path
// must be short: sockets live in it. After an error nothing runs.
func Start(ctx context.Context, dir string) (*Desktop, error) {
	d := &Desktop{dir: dir, launcher: newLauncher()}
	for _, step := range []func(context.Context) error{
		d.makeHome, d.startScreen, d.startBus, d.startServices, d.watchNotifications, d.awaitTrayHost,
	} {
		if err := step(ctx); err != nil {
			return nil, errors.Join(fmt.Errorf("start desktop: %w", err), d.Close())
		}
	}
	return d, nil
}

// Close ends everything the desktop started, in the reverse order.
func (d *Desktop) Close() error {
	if d.bus != nil {
		d.bus.Close()
	}
	d.notifications.close()
	for _, service := range slices.Backward(d.services) {
		service.terminate()
	}
	close(d.launcher) // kills what has not ended
	return nil
}

// Home is the home directory of whoever sits at the desktop.
func (d *Desktop) Home() string { return filepath.Join(d.dir, "home") }

func (d *Desktop) makeHome(context.Context) error {
	runtime := filepath.Join(d.dir, "run")
	panel := filepath.Join(d.Home(), ".config/xfce4/xfconf/xfce-perchannel-xml")
	for _, dir := range []string{runtime, panel} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return err
		}
	}
	if err := os.WriteFile(filepath.Join(panel, "xfce4-panel.xml"), panelConfig, 0o600); err != nil {
		return err
	}
	d.env = []string{
		"HOME=" + d.Home(),
		"PATH=" + os.Getenv("PATH"),
		"XDG_RUNTIME_DIR=" + runtime,
		"XDG_CURRENT_DESKTOP=XFCE",
		"DBUS_SESSION_BUS_ADDRESS=" + d.busAddress(),
		"LANG=C.UTF-8",
		"NO_AT_BRIDGE=1", // GTK looks for no accessibility bus
	}
	return nil
}

func (d *Desktop) busAddress() string { return "unix:path=" + filepath.Join(d.dir, "run", "bus") }

// startScreen lets the X server choose a free display and tell its number. The
// server must not reset itself when its last client leaves: it takes along whoever
// is about to come.
func (d *Desktop) startScreen(ctx context.Context) error {
	number, told, err := os.Pipe()
	if err != nil {
		return err
	}
	defer number.Close()
	err = d.startService("Xvfb", launch{
		args:  []string{"-displayfd", "3", "-screen", "0", fmt.Sprintf("%dx%dx24", Width, Height), "-nolisten", "tcp", "-noreset"},
		files: []*os.File{told},
	})
	told.Close()
	if err != nil {
		return err
	}
	stop := context.AfterFunc(ctx, func() { number.Close() })
	defer stop()
	var display int
	if _, err := fmt.Fscan(number, &display); err != nil {
		return fmt.Errorf("no display from Xvfb: %w", errors.Join(err, ctx.Err()))
	}
	d.display = fmt.Sprintf(":%d", display)
	d.env = append(d.env, "DISPLAY="+d.display)
	return nil
}

func (d *Desktop) startBus(ctx context.Context) error {
	err := d.startService("dbus-daemon", launch{args: []string{"--session", "--nofork", "--address=" + d.busAddress()}})
	if err != nil {
		return err
	}
	return await(ctx, "the message bus", func() (bool, error) {
		d.bus, err = dbus.Connect(d.busAddress())
		return err == nil, nil
	})
}

func (d *Desktop) startServices(ctx context.Context) error {
	if err := d.startService("xfwm4", launch{args: []string{"--compositor=off"}}); err != nil {
		return err
	}
	manager := d.services[len(d.services)-1]
	err := await(ctx, "the window manager", func() (bool, error) {
		if !manager.Running() {
			return false, fmt.Errorf("the window manager ended: %s", manager.Log())
		}
		_, err := d.run(ctx, "wmctrl", "-m")
		return err == nil, nil
	})
	if err != nil {
		return err
	}
	notifyd, err := filepath.Glob("/usr/lib/*/xfce4/notifyd/xfce4-notifyd")
	if err != nil || len(notifyd) == 0 {
		return errors.Join(errors.New("xfce4-notifyd is not installed"), err)
	}
	return errors.Join(
		d.startService(notifyd[0], launch{}),
		d.startPanel(),
		d.startService("gnome-keyring-daemon", launch{
			args:  []string{"--foreground", "--unlock", "--components=secrets"},
			input: strings.NewReader("password of the test's keyring"),
		}),
	)
}

func (d *Desktop) startPanel() error {
	err := d.startService("xfce4-panel", launch{args: []string{"--disable-wm-check"}})
	if err == nil {
		d.panel = d.services[len(d.services)-1]
	}
	return err
}

// KillPanel takes the panel away, and the tray with it.
func (d *Desktop) KillPanel() { d.panel.Kill() }

// RestartPanel ends the panel and starts another, and waits for its tray.
func (d *Desktop) RestartPanel(ctx context.Context) error {
	d.KillPanel()
	err := await(ctx, "the tray to go", func() (there bool, err error) { // it may outlive the panel for a moment
		err = d.bus.BusObject().CallWithContext(ctx, "org.freedesktop.DBus.NameHasOwner", 0, watcher).Store(&there)
		return !there, err
	})
	if err != nil {
		return err
	}
	if err := d.startPanel(); err != nil {
		return err
	}
	return d.awaitTrayHost(ctx)
}

// startService starts a part of the desktop.
func (d *Desktop) startService(command string, l launch) error {
	service, err := d.start(command, l)
	if err != nil {
		return err
	}
	d.services = append(d.services, service)
	return nil
}
