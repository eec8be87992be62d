package platform

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/godbus/dbus/v5"
)

const (
	notesName   = "org.freedesktop.Notifications"
	notesPath   = dbus.ObjectPath("/org/freedesktop/Notifications")
	noteInvoked = notesName + ".ActionInvoked"
	noteClosed  = notesName + ".NotificationClosed"
	desktopFile = "io.github.ferryapp.Ferry"
	clicked     = "default" // the action of a click on the note itself
)

// expiry of a note in milliseconds, as the Desktop Notifications Specification
// counts it.
const (
	expireBySystem int32 = -1
	expireNever    int32 = 0
)

// busNotifier speaks with the desktop's notification service. It connects when
// it is first used, and again when the session's bus was started anew; one
// goroutine for each connection waits for answers until Close.
type busNotifier struct {
	app       string
	hints     map[string]dbus.Variant
	listeners sync.WaitGroup

	mu      sync.Mutex
	closed  bool
	conn    *dbus.Conn // nil before the first note
	server  string     // who shows notes, by the bus's own name for it; "" while nobody does
	bare    bool       // the server shows bodies as they are, without reading marks in them
	shown   map[uint32]Note
	current map[string]uint32 // by key
}

// NewNotifier returns the desktop's notifier. The name and the icon, a PNG, are
// what notes are said to come from; fallback is not needed on this system.
func NewNotifier(name string, icon []byte, _ func(title, body string)) Notifier {
	return &busNotifier{app: name, hints: hints(icon), shown: map[uint32]Note{}, current: map[string]uint32{}}
}

func (n *busNotifier) Notify(ctx context.Context, note Note) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if err := n.connect(); err != nil {
		return fmt.Errorf("connect notifications: %w", err)
	}
	if err := n.meet(ctx); err != nil {
		return fmt.Errorf("connect notifications: %w", err)
	}
	old := n.current[note.Key]
	var id uint32
	err := n.conn.Object(notesName, notesPath).CallWithContext(ctx, notesName+".Notify", 0,
		n.app, old, desktopFile, note.Title, n.plain(ctx, note.Body), actionList(note), n.hints, expiry(note)).Store(&id)
	if err == nil && n.server == "" {
		err = n.meet(ctx) // it was started to show this one
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
		return nil // a note goes with the bus
	}
	if err := n.meet(ctx); err != nil {
		return fmt.Errorf("withdraw notification: %w", err)
	}
	if n.current[key] != id {
		return nil // it went with who showed it
	}
	delete(n.shown, id)
	delete(n.current, key)
	call := n.conn.Object(notesName, notesPath).CallWithContext(ctx, notesName+".CloseNotification", 0, id)
	var gone dbus.Error // the specification lets a server answer so when the note is gone
	if call.Err != nil && !errors.As(call.Err, &gone) {
		return fmt.Errorf("withdraw notification: %w", call.Err)
	}
	return nil
}

func (n *busNotifier) Close() error {
	n.mu.Lock()
	conn := n.conn
	n.closed = true
	n.mu.Unlock()
	var err error
	if conn != nil && conn.Connected() {
		err = conn.Close()
	}
	n.listeners.Wait()
	return err
}

// unmarked turns the signs of markup into what stands for them.
var unmarked = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// plain is text that a service shows as it is meant. One that reads markup in
// bodies says so.
func (n *busNotifier) plain(ctx context.Context, text string) string {
	if n.bare {
		return text
	}
	var abilities []string
	err := n.conn.Object(notesName, notesPath).CallWithContext(ctx, notesName+".GetCapabilities", 0).Store(&abilities)
	if n.bare = err == nil && !slices.Contains(abilities, "body-markup"); n.bare {
		return text
	}
	return unmarked.Replace(text)
}

// connect is called with the lock held.
func (n *busNotifier) connect() error {
	if n.closed {
		return errors.New("notifier is closed")
	}
	if n.conn != nil && n.conn.Connected() {
		return nil
	}
	conn, err := connectSession()
	if err != nil {
		return err
	}
	signals := make(chan *dbus.Signal, 16)
	conn.Signal(signals)
	err = conn.AddMatchSignal(dbus.WithMatchObjectPath(notesPath), dbus.WithMatchInterface(notesName))
	if err != nil {
		return errors.Join(err, conn.Close())
	}
	n.conn = conn
	n.forgetAll("")
	n.listeners.Go(func() { n.listen(signals) })
	return nil
}

// meet finds out who shows notes now. One that was started anew knows none of the
// earlier ones, and gives their numbers to others. It is called with the lock held.
func (n *busNotifier) meet(ctx context.Context) error {
	var server string
	err := n.conn.BusObject().CallWithContext(ctx, "org.freedesktop.DBus.GetNameOwner", 0, notesName).Store(&server)
	var nobody dbus.Error // nobody yet, or any more
	if err != nil && !errors.As(err, &nobody) {
		return err
	}
	if server != n.server {
		n.forgetAll(server)
	}
	return nil
}

// forgetAll begins with a server that has shown nothing yet.
func (n *busNotifier) forgetAll(server string) {
	n.server, n.bare = server, false
	clear(n.shown)
	clear(n.current)
}

// listen ends when the connection closes the channel.
func (n *busNotifier) listen(signals <-chan *dbus.Signal) {
	for signal := range signals {
		switch signal.Name {
		case noteInvoked:
			n.answer(signal)
		case noteClosed:
			n.forget(signal)
		}
	}
}

func (n *busNotifier) answer(signal *dbus.Signal) {
	var id uint32
	var key string
	if dbus.Store(signal.Body, &id, &key) != nil {
		return
	}
	n.mu.Lock()
	note, ours := n.noteOf(signal, id)
	n.mu.Unlock()
	if ours && key == clicked && note.Open != nil {
		note.Open()
		return
	}
	index, err := strconv.Atoi(key)
	if !ours || err != nil || index < 0 || index >= len(note.Actions) {
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
	note, ours := n.noteOf(signal, id)
	if !ours {
		return
	}
	delete(n.shown, id)
	if n.current[note.Key] == id {
		delete(n.current, note.Key)
	}
}

// noteOf is the note with that number, if the signal comes from who shows it. It
// is called with the lock held.
func (n *busNotifier) noteOf(signal *dbus.Signal, id uint32) (Note, bool) {
	note, ours := n.shown[id]
	return note, ours && signal.Sender == n.server
}

// actionList pairs each action's key, its place, with its label.
func actionList(note Note) []string {
	list := make([]string, 0, 2*len(note.Actions)+2)
	if note.Open != nil {
		list = append(list, clicked, "")
	}
	for i, action := range note.Actions {
		list = append(list, strconv.Itoa(i), action.Label)
	}
	return list
}

func expiry(note Note) int32 {
	if note.Stay {
		return expireNever
	}
	return expireBySystem
}
