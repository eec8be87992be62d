//go:build linux

// Package virtual runs a desktop on a virtual screen: an X server, a window manager, a
// panel with a tray, a notification daemon, an unlocked keyring and a message bus. It
// uses the first free display. Files are dropped on windows by XDND, and the tray is
// read and operated over D-Bus, as the panel does.
//
// All processes of a [Desktop] are children of this process and are killed with it. The
// home directory, the runtime directory and the bus are private to the Desktop.
//
// A Desktop must be used by one goroutine. Its methods wait for conditions until their
// context is done.
package virtual

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

// The size of the screen in pixels.
const (
	Width  = 1280
	Height = 860
)

// Desktop is a running desktop.
type Desktop struct {
	dir           string
	env           []string
	display       string // of the X server, such as :1
	launcher      launcher
	services      []*Process // in the order of their start
	panel         *Process
	bus           *dbus.Conn
	notifications notifications
}

// Start starts a desktop that keeps its files in dir. The path must be short, because
// it contains sockets. After an error nothing is running.
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

// Close stops everything the desktop started, in reverse order.
func (d *Desktop) Close() error {
	if d.bus != nil {
		d.bus.Close()
	}
	d.notifications.close()
	for _, service := range slices.Backward(d.services) {
		service.terminate()
	}
	close(d.launcher) // kills the remaining processes
	return nil
}

// Home returns the home directory on the desktop.
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
		"NO_AT_BRIDGE=1", // no accessibility bus for GTK
	}
	return nil
}

func (d *Desktop) busAddress() string { return "unix:path=" + filepath.Join(d.dir, "run", "bus") }

// startScreen starts the X server, which chooses a free display. With -noreset, the
// server does not disconnect new clients when the last one disconnects.
func (d *Desktop) startScreen(ctx context.Context) error {
	reader, writer, err := os.Pipe()
	if err != nil {
		return err
	}
	defer reader.Close()
	err = d.startService("Xvfb", launch{
		args:  []string{"-displayfd", "3", "-screen", "0", fmt.Sprintf("%dx%dx24", Width, Height), "-nolisten", "tcp", "-noreset"},
		files: []*os.File{writer},
	})
	writer.Close()
	if err != nil {
		return err
	}
	stop := context.AfterFunc(ctx, func() { reader.Close() })
	defer stop()
	var display int
	if _, err := fmt.Fscan(reader, &display); err != nil {
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

// KillBus kills the message bus and the services that use it, as an update of the bus
// does.
func (d *Desktop) KillBus() {
	for _, service := range slices.Backward(d.services[1:]) { // the first is the X server
		service.Kill()
	}
	d.services = d.services[:1]
	d.bus.Close()
	d.notifications.close()
}

// RestartBus starts a message bus at the address of the killed one, and the services.
func (d *Desktop) RestartBus(ctx context.Context) error {
	if err := os.Remove(strings.TrimPrefix(d.busAddress(), "unix:path=")); err != nil {
		return err
	}
	for _, step := range []func(context.Context) error{d.startBus, d.startServices, d.watchNotifications, d.awaitTrayHost} {
		if err := step(ctx); err != nil {
			return fmt.Errorf("restart bus: %w", err)
		}
	}
	return nil
}

func (d *Desktop) startServices(ctx context.Context) error {
	if err := d.startService("xfwm4", launch{args: []string{"--compositor=off"}}); err != nil {
		return err
	}
	manager := d.services[len(d.services)-1]
	err := await(ctx, "the window manager", func() (bool, error) {
		if !manager.Running() {
			return false, fmt.Errorf("the window manager exited: %s", manager.Log())
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

// KillPanel kills the panel with its tray.
func (d *Desktop) KillPanel() { d.panel.Kill() }

// RestartPanel restarts the panel and waits for its tray.
func (d *Desktop) RestartPanel(ctx context.Context) error {
	d.KillPanel()
	err := await(ctx, "the tray to end", func() (there bool, err error) { // it may outlive the panel for a moment
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

// startService starts a process that runs as long as the desktop.
func (d *Desktop) startService(command string, l launch) error {
	service, err := d.start(command, l)
	if err != nil {
		return err
	}
	d.services = append(d.services, service)
	return nil
}
