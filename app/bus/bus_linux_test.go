package bus_test

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"
	"go.uber.org/goleak"

	"github.com/ferryapp/ferry/app/bus"
	"github.com/ferryapp/ferry/app/internal/bustest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const sessionAddress = "DBUS_SESSION_BUS_ADDRESS"

// useBus makes a bus at that address both buses of this process, until the test ends.
func useBus(t *testing.T, address string) {
	t.Helper()
	t.Setenv(sessionAddress, address)
	t.Setenv("DBUS_SYSTEM_BUS_ADDRESS", address)
}

// connections are the ways to connect to a bus.
var connections = map[string]func(context.Context) (*dbus.Conn, error){"session": bus.ConnectSession, "system": bus.ConnectSystem}

func TestConnectingToSilentBusEndsAfterALimit(t *testing.T) {
	bus.SetConnectTimeout(t, 50*time.Millisecond)
	useBus(t, bustest.Silent(t))
	for name, connect := range connections {
		t.Run(name, func(t *testing.T) {
			if _, err := connect(t.Context()); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("error is %v, want that of a deadline", err)
			}
		})
	}
}

func TestConnectingToSilentBusEndsWithTheContext(t *testing.T) {
	bus.SetConnectTimeout(t, time.Hour)
	useBus(t, bustest.Silent(t))
	for name, connect := range connections {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			time.AfterFunc(50*time.Millisecond, cancel)
			if _, err := connect(ctx); !errors.Is(err, context.Canceled) {
				t.Errorf("error is %v, want that of a cancelled context", err)
			}
		})
	}
}

func TestConnectionOutlivesTheContextOfConnecting(t *testing.T) {
	bustest.PrivateSystem(t)
	for name, connect := range connections {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			conn, err := connect(ctx)
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			cancel()
			if owned, err := bus.HasOwner(t.Context(), conn, "org.freedesktop.DBus"); err != nil || !owned {
				t.Errorf("the bus has an owner: %t, %v", owned, err)
			}
		})
	}
}

func TestSilentSessionIsLeft(t *testing.T) {
	silent := bustest.Silent(t)
	private := bustest.New(t)
	private.Start(t)
	for _, test := range []struct {
		name, address, want string
		fails               bool
	}{
		{"a bus that never answers", silent, "disabled:", true},
		{"a bus that answers", private.Address, private.Address, false},
		{"no bus", "unix:path=/nowhere", "unix:path=/nowhere", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			timeout := time.Hour
			if test.fails {
				timeout = 50 * time.Millisecond
			}
			bus.SetConnectTimeout(t, timeout)
			useBus(t, test.address)
			if err := bus.LeaveSilentSession(t.Context()); (err != nil) != test.fails {
				t.Errorf("error is %v", err)
			}
			if got := os.Getenv(sessionAddress); got != test.want {
				t.Errorf("address is %q, want %q", got, test.want)
			}
		})
	}
	t.Run("libraries fail at once", func(t *testing.T) {
		t.Setenv(sessionAddress, "disabled:")
		if conn, err := dbus.SessionBus(); err == nil {
			t.Error("connected", conn.Close())
		}
	})
}

func TestWatchOfSilentSystemBusFails(t *testing.T) {
	bus.SetConnectTimeout(t, 50*time.Millisecond)
	useBus(t, bustest.Silent(t))
	err := bus.WatchProperty(t.Context(), bus.BoolProperty{Service: "a.b", Path: "/", Name: "C"}, func(bool) { t.Error("a change") })
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error is %v, want that of a deadline", err)
	}
}

// connectPaused returns a connection to a bus that reads nothing.
func connectPaused(t *testing.T) *dbus.Conn {
	t.Helper()
	private := bustest.New(t)
	private.Start(t)
	useBus(t, private.Address)
	conn, err := bus.ConnectSession(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	private.Pause(t)
	return conn
}

// unread is more than the system buffers for a bus that reads nothing.
var unread = strings.Repeat("x", 16<<20)

// TestBusThatReadsNothingIsNotWaitedFor: the library waits without a limit of time until the
// bus reads.
func TestBusThatReadsNothingIsNotWaitedFor(t *testing.T) {
	t.Run("signals", func(t *testing.T) {
		bus.SetEmitTimeout(t, 50*time.Millisecond)
		emitter := bus.NewEmitter(connectPaused(t))
		for range 3 {
			if err := emitter.Emit(t.Context(), "/a", "a.b.C", unread); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("error is %v, want that of a deadline", err)
			}
		}
	})
	t.Run("signals until the context ends", func(t *testing.T) {
		bus.SetEmitTimeout(t, time.Hour)
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(50*time.Millisecond, cancel)
		if err := bus.NewEmitter(connectPaused(t)).Emit(ctx, "/a", "a.b.C", unread); !errors.Is(err, context.Canceled) {
			t.Errorf("error is %v, want that of a cancelled context", err)
		}
	})
	t.Run("calls", func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		object := connectPaused(t).Object("a.b", "/a")
		for _, flags := range []dbus.Flags{0, dbus.FlagNoReplyExpected} {
			if err := bus.Call(ctx, object, "a.b.C", flags, unread).Err; !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("error is %v, want that of a deadline", err)
			}
		}
	})
	t.Run("closing", func(t *testing.T) {
		bus.SetEmitTimeout(t, 50*time.Millisecond)
		conn := connectPaused(t)
		_ = bus.NewEmitter(conn).Emit(t.Context(), "/a", "a.b.C", unread)
		if err := bus.Close(conn); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error is %v, want that of a deadline", err)
		}
	})
}

func TestCallOnEndedConnectionFails(t *testing.T) {
	bustest.PrivateSystem(t)
	conn, err := bus.ConnectSession(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := bus.Close(conn); err != nil {
		t.Fatal(err)
	}
	for _, flags := range []dbus.Flags{0, dbus.FlagNoReplyExpected} {
		if err := bus.Call(t.Context(), conn.BusObject(), "org.freedesktop.DBus.GetId", flags).Err; !errors.Is(err, dbus.ErrClosed) {
			t.Errorf("flags %d: error is %v, want %v", flags, err, dbus.ErrClosed)
		}
	}
}
