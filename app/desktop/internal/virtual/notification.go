//go:build linux

package virtual

import (
	"context"
	"fmt"
	"sync"

	"github.com/godbus/dbus/v5"
)

// Notification is a notification that was shown.
type Notification struct {
	Title, Body string
	Actions     []string // the labels of its buttons
}

// notifications records the calls to the notification daemon.
type notifications struct {
	monitor *dbus.Conn

	mu    sync.Mutex
	shown []Notification
}

// Notifications returns all notifications, oldest first. One that replaces another is
// listed in addition.
func (d *Desktop) Notifications() []Notification {
	d.notifications.mu.Lock()
	defer d.notifications.mu.Unlock()
	return append([]Notification(nil), d.notifications.shown...)
}

// notifydTitle is the title of the daemon's windows.
const notifydTitle = "xfce4-notifyd"

// AwaitNotification waits for a notification with the title.
func (d *Desktop) AwaitNotification(ctx context.Context, title string) (found Notification, err error) {
	err = await(ctx, fmt.Sprintf("the notification %q", title), func() (bool, error) {
		for _, shown := range d.Notifications() {
			if shown.Title == title {
				found = shown
				return true, nil
			}
		}
		return false, nil
	})
	return found, err
}

// PressNotification clicks a button of the notification on the screen. The buttons are
// counted from the last, which is 0.
func (d *Desktop) PressNotification(ctx context.Context, fromLast int) error {
	const edge, width, middle = 57, 92, 31 // in the daemon's layout
	var shown Window
	err := await(ctx, "a notification on the screen", func() (bool, error) {
		var findErr error
		shown, findErr = d.findWindow(ctx, notifydTitle)
		return findErr == nil && shown.Width > width, nil
	})
	if err != nil {
		return err
	}
	return d.Click(ctx, shown, shown.Width-edge-fromLast*width, shown.Height-middle)
}

func (d *Desktop) watchNotifications(ctx context.Context) error {
	monitor, err := dbus.Connect(d.busAddress())
	if err != nil {
		return fmt.Errorf("watch notifications: %w", err)
	}
	d.notifications.monitor = monitor
	rule := "type='method_call',interface='org.freedesktop.Notifications',member='Notify'"
	call := monitor.BusObject().CallWithContext(ctx, "org.freedesktop.DBus.Monitoring.BecomeMonitor", 0, []string{rule}, uint32(0))
	if call.Err != nil {
		return fmt.Errorf("watch notifications: %w", call.Err)
	}
	seen := make(chan *dbus.Message, 64)
	monitor.Eavesdrop(seen)
	go d.notifications.collect(seen)
	return nil
}

// collect records notifications until the connection is closed.
func (n *notifications) collect(seen <-chan *dbus.Message) {
	for message := range seen {
		if len(message.Body) < 6 {
			continue
		}
		var shown Notification
		shown.Title, _ = message.Body[3].(string)
		shown.Body, _ = message.Body[4].(string)
		keysAndLabels, _ := message.Body[5].([]string)
		for i := 1; i < len(keysAndLabels); i += 2 {
			shown.Actions = append(shown.Actions, keysAndLabels[i])
		}
		n.mu.Lock()
		n.shown = append(n.shown, shown)
		n.mu.Unlock()
	}
}

func (n *notifications) close() {
	if n.monitor != nil {
		n.monitor.Close()
	}
}
