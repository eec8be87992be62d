package platform

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/godbus/dbus/v5"

	"github.com/ferryapp/ferry/app/bus"
)

const (
	notificationsName   = "org.freedesktop.Notifications"
	notificationsPath   = dbus.ObjectPath("/org/freedesktop/Notifications")
	signalActionInvoked = notificationsName + ".ActionInvoked"
	signalClosed        = notificationsName + ".NotificationClosed"
	desktopFile         = "io.github.ferryapp.Ferry"
	actionDefault       = "default" // key of the action of a click on the notification
)

// Timeouts of the Desktop Notifications Specification, in milliseconds.
const (
	expireDefault int32 = -1
	expireNever   int32 = 0
)

// busNotifier uses the Desktop Notifications Specification. It connects on first use,
// and again after the session bus was restarted. One goroutine per connection receives
// signals until Close.
type busNotifier struct {
	app       string
	hints     map[string]dbus.Variant
	listeners sync.WaitGroup

	mu      sync.Mutex
	closed  bool
	conn    *dbus.Conn              // nil before the first notification
	server  string                  // unique bus name of the notification server; "" if none runs
	plain   bool                    // the server does not parse markup in bodies
	shown   map[uint32]Notification // by ID
	current map[string]uint32       // IDs by key
}

// NewNotifier returns the desktop's notifier. Notifications are shown with that
// program name and icon, a PNG. fallback is not used on this system.
func NewNotifier(name string, icon []byte, fallback func(title, body string)) Notifier {
	return &busNotifier{app: name, hints: notificationHints(icon), shown: map[uint32]Notification{}, current: map[string]uint32{}}
}

func (n *busNotifier) Notify(ctx context.Context, note Notification) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if err := n.connect(ctx); err != nil {
		return fmt.Errorf("connect to notification server: %w", err)
	}
	if err := n.updateServer(ctx); err != nil {
		return fmt.Errorf("connect to notification server: %w", err)
	}
	old := n.current[note.Key]
	var id uint32
	err := bus.Call(ctx, n.conn.Object(notificationsName, notificationsPath), notificationsName+".Notify", 0,
		n.app, old, desktopFile, note.Title, n.escape(ctx, note.Body), actionList(note), n.hints, expiry(note)).Store(&id)
	if err == nil && n.server == "" {
		err = n.updateServer(ctx) // the call started the server
	}
	if err != nil {
		return fmt.Errorf("show notification: %w", err)
	}
	delete(n.shown, old)
	n.shown[id], n.current[note.Key] = note, id
	return nil
}

func (n *busNotifier) Withdraw(ctx context.Context, key string) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	id, ok := n.current[key]
	if !ok || !n.conn.Connected() {
		return nil // notifications do not outlive the bus
	}
	if err := n.updateServer(ctx); err != nil {
		return fmt.Errorf("withdraw notification: %w", err)
	}
	if n.current[key] != id {
		return nil // it did not outlive its server
	}
	delete(n.shown, id)
	delete(n.current, key)
	call := bus.Call(ctx, n.conn.Object(notificationsName, notificationsPath), notificationsName+".CloseNotification", 0, id)
	var busErr dbus.Error // the specification allows one if the notification is closed already
	if call.Err != nil && !errors.As(call.Err, &busErr) {
		return fmt.Errorf("withdraw notification: %w", call.Err)
	}
	return nil
}

func (n *busNotifier) Close() error {
	n.mu.Lock()
	conn := n.conn
	n.closed = true
	n.withdrawAnswerable()
	n.mu.Unlock()
	if conn != nil && conn.Connected() {
		if err := bus.Close(conn); err != nil {
			return err // its listener ends with the connection, some time later
		}
	}
	n.listeners.Wait()
	return nil
}

// withdrawTimeout is how long the bus may take to read which notifications to remove.
const withdrawTimeout = time.Second

// withdrawAnswerable asks the server to remove the notifications with buttons. It does not
// wait for the answers. The caller holds mu.
func (n *busNotifier) withdrawAnswerable() {
	ctx, cancel := context.WithTimeout(context.Background(), withdrawTimeout)
	defer cancel()
	for id, note := range n.shown {
		if note.OnClick == nil && len(note.Actions) == 0 {
			continue
		}
		call := bus.Call(ctx, n.conn.Object(n.server, notificationsPath), notificationsName+".CloseNotification", dbus.FlagNoReplyExpected, id)
		if call.Err != nil {
			return // the connection has ended, or the bus does not read
		}
	}
}

var markupEscaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// escape escapes text for a server that parses markup in bodies. The caller holds mu.
func (n *busNotifier) escape(ctx context.Context, text string) string {
	if n.plain {
		return text
	}
	var capabilities []string
	err := bus.Call(ctx, n.conn.Object(notificationsName, notificationsPath), notificationsName+".GetCapabilities", 0).Store(&capabilities)
	if n.plain = err == nil && !slices.Contains(capabilities, "body-markup"); n.plain {
		return text
	}
	return markupEscaper.Replace(text)
}

// connect connects to the session bus unless connected. The caller holds mu.
func (n *busNotifier) connect(ctx context.Context) error {
	if n.closed {
		return errors.New("notifier is closed")
	}
	if n.conn != nil && n.conn.Connected() {
		return nil
	}
	conn, err := bus.ConnectSession(ctx)
	if err != nil {
		return err
	}
	signals, err := bus.Subscribe(ctx, conn, []dbus.MatchOption{dbus.WithMatchObjectPath(notificationsPath), dbus.WithMatchInterface(notificationsName)})
	if err != nil {
		return errors.Join(err, bus.Close(conn))
	}
	n.conn = conn
	n.reset("")
	n.listeners.Go(func() { n.listen(signals) })
	return nil
}

// updateServer finds the current server. A restarted one has none of the earlier
// notifications and uses their IDs for others. The caller holds mu.
func (n *busNotifier) updateServer(ctx context.Context) error {
	var server string
	err := bus.Call(ctx, n.conn.BusObject(), "org.freedesktop.DBus.GetNameOwner", 0, notificationsName).Store(&server)
	var noOwner dbus.Error
	if err != nil && !errors.As(err, &noOwner) {
		return err
	}
	if server != n.server {
		n.reset(server)
	}
	return nil
}

// reset starts with a server that has shown nothing yet. The caller holds mu.
func (n *busNotifier) reset(server string) {
	n.server, n.plain = server, false
	clear(n.shown)
	clear(n.current)
}

// listen returns when the connection closes the channel.
func (n *busNotifier) listen(signals <-chan *dbus.Signal) {
	for signal := range signals {
		switch signal.Name {
		case signalActionInvoked:
			n.invoke(signal)
		case signalClosed:
			n.forget(signal)
		}
	}
}

func (n *busNotifier) invoke(signal *dbus.Signal) {
	var id uint32
	var key string
	if dbus.Store(signal.Body, &id, &key) != nil {
		return
	}
	n.mu.Lock()
	note, ok := n.lookup(signal, id)
	n.mu.Unlock()
	if !ok {
		return
	}
	if key == actionDefault && note.OnClick != nil {
		note.OnClick()
		return
	}
	index, err := strconv.Atoi(key)
	if err != nil || index < 0 || index >= len(note.Actions) {
		return
	}
	note.Actions[index].Do()
}

func (n *busNotifier) forget(signal *dbus.Signal) {
	var id, reason uint32
	if dbus.Store(signal.Body, &id, &reason) != nil {
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	note, ok := n.lookup(signal, id)
	if !ok {
		return
	}
	delete(n.shown, id)
	if n.current[note.Key] == id {
		delete(n.current, note.Key)
	}
}

// lookup returns the notification with that ID if the signal comes from the server
// that shows it. The caller holds mu.
func (n *busNotifier) lookup(signal *dbus.Signal, id uint32) (Notification, bool) {
	note, ok := n.shown[id]
	return note, ok && signal.Sender == n.server
}

// actionList returns pairs of action key and label. The key of a button is its index.
func actionList(note Notification) []string {
	list := make([]string, 0, 2*len(note.Actions)+2)
	if note.OnClick != nil {
		list = append(list, actionDefault, "")
	}
	for i, action := range note.Actions {
		list = append(list, strconv.Itoa(i), action.Label)
	}
	return list
}

func expiry(note Notification) int32 {
	if note.Persistent {
		return expireNever
	}
	return expireDefault
}
