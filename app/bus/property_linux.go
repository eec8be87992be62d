package bus

import (
	"context"
	"fmt"

	"github.com/godbus/dbus/v5"
)

const (
	propertiesName    = "org.freedesktop.DBus.Properties"
	propertiesChanged = propertiesName + ".PropertiesChanged"
)

// BoolProperty is a property of a service on the system bus, of which something is true or
// false.
type BoolProperty struct {
	Service string // bus name, which is the name of the interface as well
	Path    dbus.ObjectPath
	Name    string
	IsTrue  func(value dbus.Variant) bool
}

// WatchProperty calls changed, on the caller's goroutine, whenever what the property tells
// changes, until ctx is done. It counts as false at first, and while the service or the
// system bus does not run. It does not start the service. It returns an error if there is no
// system bus, or one that does not answer.
func WatchProperty(ctx context.Context, property BoolProperty, changed func(bool)) error {
	conn, err := ConnectSystem(ctx)
	if err != nil {
		return fmt.Errorf("connect to system bus: %w", err)
	}
	w := propertyWatch{BoolProperty: property, changed: changed}
	if err := w.follow(ctx, conn); err != nil {
		return err
	}
	for conn = Reconnect(ctx, ConnectSystem); conn != nil; conn = Reconnect(ctx, ConnectSystem) {
		_ = w.follow(ctx, conn) // it disconnected again
	}
	return nil
}

// propertyWatch follows a property.
type propertyWatch struct {
	BoolProperty
	changed func(bool)
	now     bool // as last reported
}

// set reports a change.
func (w *propertyWatch) set(now bool) {
	if now != w.now {
		w.now = now
		w.changed(now)
	}
}

// follow follows the property until the connection ends, which it closes when ctx is done.
// It fails if it cannot subscribe.
func (w *propertyWatch) follow(ctx context.Context, conn *dbus.Conn) error {
	defer func() { _ = Close(conn) }()
	signals, err := Subscribe(ctx, conn, MatchOwner(w.Service), []dbus.MatchOption{
		dbus.WithMatchInterface(propertiesName), dbus.WithMatchMember("PropertiesChanged"),
		dbus.WithMatchObjectPath(w.Path), dbus.WithMatchArg(0, w.Service),
	})
	if err != nil {
		return fmt.Errorf("watch %s: %w", w.Service, err)
	}
	w.set(w.read(ctx, conn))
	for {
		select {
		case signal, open := <-signals:
			if !open {
				if ctx.Err() == nil {
					w.set(false)
				}
				return nil
			}
			w.handle(ctx, conn, signal)
		case <-ctx.Done():
			return nil
		}
	}
}

// handle updates the state from a signal. A service that has just started is read: it does
// not report its first values as changes.
func (w *propertyWatch) handle(ctx context.Context, conn *dbus.Conn, signal *dbus.Signal) {
	if owner, changed := NewOwner(signal, w.Service); changed {
		w.set(owner != "" && w.read(ctx, conn))
		return
	}
	if signal.Name != propertiesChanged || len(signal.Body) < 2 {
		return
	}
	properties, _ := signal.Body[1].(map[string]dbus.Variant)
	if value, ok := properties[w.Name]; ok {
		w.set(w.IsTrue(value))
	}
}

// read reports whether the service runs and the property is true.
func (w *propertyWatch) read(ctx context.Context, conn *dbus.Conn) bool {
	var value dbus.Variant
	err := Call(ctx, conn.Object(w.Service, w.Path), propertiesName+".Get", dbus.FlagNoAutoStart, w.Service, w.Name).Store(&value)
	return err == nil && w.IsTrue(value)
}
