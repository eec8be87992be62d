package bustest

import (
	"os"
	"testing"

	"github.com/godbus/dbus/v5"
)

const logindName = "org.freedesktop.login1"

// StartLogind starts the part of logind on the system bus that gives locks, until the test
// ends or the connection is closed. It refuses locks of what deny is. Called gets the
// arguments of each other request, "refused" with what was refused, and "released" when a lock
// was closed.
func StartLogind(t *testing.T, deny string, called func(what string)) *dbus.Conn {
	t.Helper()
	l := logind{deny: deny, called: called}
	conn, err := dbus.ConnectSystemBus(dbus.WithIncomingInterceptor(l.intercept))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	l.conn = conn
	Export(t, conn, l, "/org/freedesktop/login1", logindName+".Manager")
	if _, err := conn.RequestName(logindName, dbus.NameFlagDoNotQueue); err != nil {
		t.Fatal(err)
	}
	return conn
}

// logind has methods of org.freedesktop.login1.Manager.
type logind struct {
	conn   *dbus.Conn
	deny   string
	called func(string)
}

// intercept prevents that the library replies to Inhibit, which does that itself.
func (logind) intercept(message *dbus.Message) {
	if message.Headers[dbus.FieldMember].Value() == "Inhibit" {
		message.Flags |= dbus.FlagNoReplyExpected
	}
}

// Inhibit replies with one end of a pipe, and closes its own copy once that is sent: nobody
// has the end any more when the one that got it closes it.
func (l logind) Inhibit(request dbus.Message, what, who, why, mode string) *dbus.Error {
	if what == l.deny {
		l.called("refused " + what)
		return dbus.NewError("org.freedesktop.DBus.Error.InteractiveAuthorizationRequired", nil)
	}
	held, given, err := os.Pipe()
	if err != nil {
		return dbus.MakeFailedError(err)
	}
	l.called(what + " " + who + " " + why + " " + mode)
	go func() {
		defer held.Close()
		_, _ = held.Read(make([]byte, 1)) // until the other end is closed
		l.called("released")
	}()
	lock := dbus.UnixFD(given.Fd())
	l.conn.Send(&dbus.Message{Type: dbus.TypeMethodReply, Body: []any{lock}, Headers: map[dbus.HeaderField]dbus.Variant{
		dbus.FieldDestination: request.Headers[dbus.FieldSender],
		dbus.FieldReplySerial: dbus.MakeVariant(request.Serial()),
		dbus.FieldSignature:   dbus.MakeVariant(dbus.SignatureOf(lock)),
	}}, nil)
	_ = given.Close()
	return nil
}
