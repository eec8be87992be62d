package bus

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/godbus/dbus/v5"
)

// ownerChanged is the bus's signal that a name has another owner, or none.
const ownerChanged = "org.freedesktop.DBus.NameOwnerChanged"

// ReconnectInterval is how often to try to connect to a bus that has disconnected.
const ReconnectInterval = 2 * time.Second

// CallTimeout is how long a service may take to reply. It may have to be started first. The
// reference implementation of D-Bus has the same limit.
const CallTimeout = 25 * time.Second

// connectTimeout is how long a bus may take to accept a connection: one that hangs lets
// programs connect and never answers. Tests set it.
var connectTimeout = 5 * time.Second

// emitTimeout is how long a bus may take to read a signal. Tests set it.
var emitTimeout = 5 * time.Second

// endTimeout is how long a call of the library may take to end after its context, or to close
// a connection.
const endTimeout = time.Second

// ConnectSession connects to the session bus within 5 seconds and before ctx is done. Unlike
// [dbus.ConnectSessionBus] it does not start one. The connection does not end with ctx: the
// caller closes it.
func ConnectSession(ctx context.Context) (*dbus.Conn, error) {
	return connect(ctx, func() (*dbus.Conn, error) { return dbus.SessionBusPrivateNoAutoStartup() })
}

// ConnectSystem is ConnectSession for the system bus.
func ConnectSystem(ctx context.Context) (*dbus.Conn, error) {
	return connect(ctx, func() (*dbus.Conn, error) { return dbus.SystemBusPrivate() })
}

// connect returns a connection that is ready for use. The library has no limit of time for
// any step, so that they are taken on another goroutine, which closes what comes too late.
func connect(ctx context.Context, dial func() (*dbus.Conn, error)) (*dbus.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, connectTimeout)
	defer cancel()
	type result struct {
		conn *dbus.Conn
		err  error
	}
	results := make(chan result)
	go func() {
		conn, err := dial()
		if err == nil {
			err = introduce(ctx, conn)
		}
		select {
		case results <- result{conn, err}:
		case <-ctx.Done():
			if err == nil {
				_ = conn.Close()
			}
		}
	}()
	select {
	case r := <-results:
		if r.err != nil {
			return nil, r.err
		}
		return r.conn, nil
	case <-ctx.Done():
		return nil, fmt.Errorf("connect to bus: %w", ctx.Err())
	}
}

// introduce does what a bus requires of a new connection. If it fails, or ctx is done before,
// the connection is closed.
func introduce(ctx context.Context, conn *dbus.Conn) error {
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	err := conn.Auth(nil)
	if err == nil {
		err = conn.Hello()
	}
	if !stop() {
		return ctx.Err() // which has caused err, if there is one
	}
	if err != nil {
		return errors.Join(err, conn.Close())
	}
	return nil
}

// LeaveSilentSession connects to the session bus, and disconnects. If the bus does not answer,
// this process and those it starts use no session bus from then on, and an error is returned:
// libraries connect to it without a limit of time, the toolkit on its UI goroutine. It must
// be called before such a library uses the bus. That there is no bus is no error.
func LeaveSilentSession(ctx context.Context) error {
	conn, err := ConnectSession(ctx)
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return errors.Join(err, os.Setenv(sessionAddress, "disabled:")) // an address that every library refuses
	case err == nil:
		_ = Close(conn)
	}
	return nil
}

// sessionAddress is the environment variable with the address of the session bus.
const sessionAddress = "DBUS_SESSION_BUS_ADDRESS"

// Call calls a method, and waits for the reply until ctx is done or [CallTimeout] is over. With
// [dbus.FlagNoReplyExpected] it only waits until the call is sent.
func Call(ctx context.Context, object dbus.BusObject, method string, flags dbus.Flags, args ...any) *dbus.Call {
	ctx, cancel := context.WithTimeout(ctx, CallTimeout)
	defer cancel()
	var call *dbus.Call
	if err := until(ctx, func() {
		call = object.GoWithContext(ctx, method, flags, make(chan *dbus.Call, 1), args...)
		if flags&dbus.FlagNoReplyExpected == 0 { // which the library never receives if the connection has ended
			call = <-call.Done
		}
	}); err != nil {
		return &dbus.Call{Err: err}
	}
	return call
}

// until calls do on another goroutine, and waits until it returns or ctx is done, which is an
// error. The library writes to a connection without a limit of time: if the bus does not read,
// do returns when it reads again or the connection ends.
func until(ctx context.Context, do func()) error {
	done := make(chan struct{})
	go func() {
		defer close(done)
		do()
	}()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
	}
	select {
	case <-done: // do uses ctx as well, and has ended with it
		return nil
	case <-time.After(endTimeout):
		return ctx.Err()
	}
}

// Close closes a connection. It fails if the bus does not read what is being written: the
// connection is closed when the bus reads again.
func Close(conn *dbus.Conn) error {
	ctx, cancel := context.WithTimeout(context.Background(), endTimeout)
	defer cancel()
	var err error
	if late := until(ctx, func() { err = conn.Close() }); late != nil {
		return fmt.Errorf("close connection to bus: %w", late)
	}
	return err
}

// Emitter sends signals on a connection. It may be used from any goroutine.
type Emitter struct {
	conn    *dbus.Conn
	sending chan struct{} // of capacity 1; full while a signal is written
}

// NewEmitter returns an emitter for a connection.
func NewEmitter(conn *dbus.Conn) *Emitter { return &Emitter{conn, make(chan struct{}, 1)} }

// Emit sends a signal. It fails if the bus does not read the signal within 5 seconds or before
// ctx is done. As long as the bus does not read it, every later signal fails in the same way,
// and is not sent.
func (e *Emitter) Emit(ctx context.Context, path dbus.ObjectPath, name string, values ...any) error {
	ctx, cancel := context.WithTimeout(ctx, emitTimeout)
	defer cancel()
	select {
	case e.sending <- struct{}{}:
	case <-ctx.Done():
		return fmt.Errorf("emit %s: %w", name, ctx.Err())
	}
	var err error
	if late := until(ctx, func() {
		err = e.conn.Emit(path, name, values...)
		<-e.sending
	}); late != nil {
		return fmt.Errorf("emit %s: %w", name, late)
	}
	return err
}

// HasOwner reports whether a program owns the bus name.
func HasOwner(ctx context.Context, conn *dbus.Conn, name string) (bool, error) {
	var owned bool
	err := Call(ctx, conn.BusObject(), "org.freedesktop.DBus.NameHasOwner", 0, name).Store(&owned)
	return owned, err
}

// Reconnect connects to a bus that has disconnected, once it is there again. It returns
// nil when ctx is done.
func Reconnect(ctx context.Context, connect func(context.Context) (*dbus.Conn, error)) *dbus.Conn {
	for Wait(ctx, ReconnectInterval) {
		if conn, err := connect(ctx); err == nil {
			return conn
		}
	}
	return nil
}

// Wait reports whether the time has passed before ctx is done.
func Wait(ctx context.Context, duration time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(duration):
		return true
	}
}

// Subscribe returns the signals that match one of the rules, and those that concern the
// connection itself. The channel is closed when the connection ends.
func Subscribe(ctx context.Context, conn *dbus.Conn, rules ...[]dbus.MatchOption) (<-chan *dbus.Signal, error) {
	signals := make(chan *dbus.Signal, 16)
	conn.Signal(signals)
	ctx, cancel := context.WithTimeout(ctx, CallTimeout)
	defer cancel()
	for _, rule := range rules {
		var err error
		if late := until(ctx, func() { err = conn.AddMatchSignalContext(ctx, rule...) }); late != nil {
			return nil, late
		}
		if err != nil {
			return nil, err
		}
	}
	return signals, nil
}

// MatchOwner is the rule for changes of a bus name's owner.
func MatchOwner(name string) []dbus.MatchOption {
	return []dbus.MatchOption{
		dbus.WithMatchSender("org.freedesktop.DBus"), dbus.WithMatchInterface("org.freedesktop.DBus"),
		dbus.WithMatchMember("NameOwnerChanged"), dbus.WithMatchArg(0, name),
	}
}

// NewOwner returns the new owner of a bus name, "" for none. changed reports whether the
// signal is about that.
func NewOwner(signal *dbus.Signal, name string) (owner string, changed bool) {
	if signal.Name != ownerChanged || len(signal.Body) < 3 || signal.Body[0] != name {
		return "", false
	}
	owner, changed = signal.Body[2].(string)
	return owner, changed
}
