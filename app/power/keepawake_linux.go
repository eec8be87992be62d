package power

import (
	"context"
	"errors"
	"os"
	"slices"
	"time"

	"github.com/godbus/dbus/v5"

	"github.com/ferryapp/ferry/app/bus"
)

// retryInterval is how often to try again while no service keeps the computer awake or a bus
// is missing. The start of a service is noticed at once.
const retryInterval = 30 * time.Second

// releaseTimeout is how long a service may take to reply when Ferry no longer needs it. It
// notices as well that the connection ends.
const releaseTimeout = time.Second

// appName is the name that services show.
const appName = "Ferry"

// service is a service that keeps the computer awake. Hold returns the function that ends
// that. All of them end it by themselves when the connection to the bus ends, and with that
// when the process does.
type service struct {
	name   string // bus name
	system bool   // on the system bus, not that of the session
	hold   func(ctx context.Context, conn *dbus.Conn, reason string) (release func(), err error)
}

// services are tried in this order. They prevent only the sleep that the system starts when
// nobody uses the computer, and not the sleep that the user chooses. The display may still be
// turned off.
//
// Power managers of KDE, LXQt and Xfce have the first; GNOME, Cinnamon and MATE have the
// second. The third is for window managers and computers without a desktop.
var services = []service{
	{name: powerManagementName, hold: holdPowerManagement},
	{name: portalName, hold: holdPortal},
	{name: logindName, system: true, hold: holdLogind},
}

// KeepAwake prevents the computer from going to sleep by itself until ctx is done. When a
// service that does this ends, or one starts that is better, it asks anew. It never fails: a
// computer that cannot be kept awake sends nothing while it sleeps, and resumes. Reason is
// shown to users who ask what keeps the computer awake. Held, if not nil, is called on the
// caller's goroutine with the name of the service, and with "" when there is none.
func KeepAwake(ctx context.Context, reason string, held func(service string)) {
	k := keeper{reason: reason, held: held}
	k.session.connect = bus.ConnectSession
	k.system.connect = bus.ConnectSystem
	k.session.names = append(k.session.names, sessionManagerName)
	for _, s := range services {
		k.link(s).names = append(k.link(s).names, s.name)
	}
	k.run(ctx)
}

// keeper keeps the computer awake.
type keeper struct {
	reason          string
	held            func(string)
	session, system link
	release         func() // ends what the service in use does; nil if none does anything
	inUse           string // its name
}

// link is a connection to a bus that may be missing.
type link struct {
	connect func(context.Context) (*dbus.Conn, error)
	names   []string // of the services on the bus
	conn    *dbus.Conn
	signals <-chan *dbus.Signal // of conn; nil without one
}

func (k *keeper) link(s service) *link {
	if s.system {
		return &k.system
	}
	return &k.session
}

func (k *keeper) run(ctx context.Context) {
	defer k.end()
	for renew := true; ; {
		session, system := k.session.open(ctx), k.system.open(ctx)
		if renew || session || system || k.release == nil {
			k.hold(ctx)
		}
		var retry <-chan time.Time
		if k.release == nil || k.session.conn == nil || k.system.conn == nil {
			retry = time.After(retryInterval)
		}
		renew = false
		select {
		case signal, open := <-k.session.signals:
			renew = k.session.ownerChanged(signal, open)
		case signal, open := <-k.system.signals:
			renew = k.system.ownerChanged(signal, open)
		case <-retry:
		case <-ctx.Done():
			return
		}
	}
}

// hold asks the services in their order until one keeps the computer awake, and releases the
// service that did so before.
func (k *keeper) hold(ctx context.Context) {
	before := k.release
	k.release = nil
	name := ""
	for _, s := range services {
		conn := k.link(s).conn
		if conn == nil {
			continue
		}
		callCtx, cancel := context.WithTimeout(ctx, bus.CallTimeout)
		release, err := s.hold(callCtx, conn, k.reason)
		cancel()
		if err == nil {
			k.release, name = release, s.name
			break
		}
	}
	if before != nil {
		before()
	}
	k.report(name)
}

func (k *keeper) report(name string) {
	if name != k.inUse && k.held != nil {
		k.held(name)
	}
	k.inUse = name
}

// end releases everything.
func (k *keeper) end() {
	if k.release != nil {
		k.release()
	}
	k.session.close()
	k.system.close()
	k.report("")
}

// open connects to the bus, unless connected, and reports whether it is connected since now.
func (l *link) open(ctx context.Context) bool {
	if l.conn != nil {
		return false
	}
	conn, err := l.connect(ctx)
	if err != nil {
		return false
	}
	var rules [][]dbus.MatchOption
	for _, name := range l.names {
		rules = append(rules, bus.MatchOwner(name))
	}
	signals, err := bus.Subscribe(ctx, conn, rules...)
	if err != nil {
		_ = bus.Close(conn)
		return false
	}
	l.conn, l.signals = conn, signals
	return true
}

func (l *link) close() {
	if l.conn != nil {
		_ = bus.Close(l.conn)
	}
	l.conn, l.signals = nil, nil
}

// ownerChanged reports whether a signal says that one of the services started or ended, or
// the connection did.
func (l *link) ownerChanged(signal *dbus.Signal, open bool) bool {
	if !open {
		l.close()
		return true
	}
	return slices.ContainsFunc(l.names, func(name string) bool {
		_, changed := bus.NewOwner(signal, name)
		return changed
	})
}

const (
	powerManagementName      = "org.freedesktop.PowerManagement"
	powerManagementInterface = powerManagementName + ".Inhibit"
	powerManagementPath      = dbus.ObjectPath("/org/freedesktop/PowerManagement/Inhibit")
)

// holdPowerManagement asks the power manager of KDE or Xfce.
func holdPowerManagement(ctx context.Context, conn *dbus.Conn, reason string) (func(), error) {
	object := conn.Object(powerManagementName, powerManagementPath)
	var cookie uint32
	err := bus.Call(ctx, object, powerManagementInterface+".Inhibit", dbus.FlagNoAutoStart, appName, reason).Store(&cookie)
	if err != nil {
		return nil, err
	}
	return func() { callToRelease(object, powerManagementInterface+".UnInhibit", cookie) }, nil
}

const (
	portalName    = "org.freedesktop.portal.Desktop"
	portalPath    = dbus.ObjectPath("/org/freedesktop/portal/desktop")
	portalInhibit = "org.freedesktop.portal.Inhibit.Inhibit"
	portalClose   = "org.freedesktop.portal.Request.Close"

	// portalSuspend is the flag for sleep. Another one would prevent that the display is
	// turned off.
	portalSuspend uint32 = 4
)

// sessionManagerName is the name of the session manager that portals pass the request on to.
const sessionManagerName = "org.gnome.SessionManager"

// holdPortal asks the desktop portal. The inhibition lasts until its request is closed. The
// portal of GTK accepts the request also without a session manager, but does nothing then.
func holdPortal(ctx context.Context, conn *dbus.Conn, reason string) (func(), error) {
	if owned, err := bus.HasOwner(ctx, conn, sessionManagerName); err != nil || !owned {
		return nil, errors.Join(errors.New("no session manager"), err)
	}
	var request dbus.ObjectPath
	options := map[string]dbus.Variant{"reason": dbus.MakeVariant(reason)}
	err := bus.Call(ctx, conn.Object(portalName, portalPath), portalInhibit, 0, "", portalSuspend, options).Store(&request)
	if err != nil {
		return nil, err
	}
	return func() { callToRelease(conn.Object(portalName, request), portalClose) }, nil
}

const (
	logindName = "org.freedesktop.login1"
	logindPath = dbus.ObjectPath("/org/freedesktop/login1")
	logind     = logindName + ".Manager"
)

// holdLogind takes the lock of logind against what it does when nobody uses the computer,
// which lasts until its file is closed. A lock against "sleep" would refuse the sleep that
// the user chooses: see https://systemd.io/INHIBITOR_LOCKS. Ferry does not delay that either.
// Memory outlives it, and what would be lost without power is saved all the time.
func holdLogind(ctx context.Context, conn *dbus.Conn, reason string) (func(), error) {
	lock, err := takeLock(ctx, conn, reason)
	if err != nil {
		return nil, err
	}
	return func() { _ = lock.Close() }, nil
}

// takeLock asks logind for the lock. A lock that arrives after ctx is done is closed, or it
// would last until the end of the process.
func takeLock(ctx context.Context, conn *dbus.Conn, reason string) (*os.File, error) {
	done := make(chan *dbus.Call, 1)
	go conn.Object(logindName, logindPath).Go(logind+".Inhibit", 0, done, "idle", appName, reason, "block") // which waits until the bus reads it
	select {
	case call := <-done:
		return lockOf(call)
	case <-ctx.Done():
		go func() { // ends with the connection at the latest
			if lock, err := lockOf(<-done); err == nil {
				_ = lock.Close()
			}
		}()
		return nil, ctx.Err()
	}
}

// lockOf returns the lock that a finished call has brought.
func lockOf(call *dbus.Call) (*os.File, error) {
	var lock dbus.UnixFD
	if err := call.Store(&lock); err != nil {
		return nil, err
	}
	return os.NewFile(uintptr(lock), "inhibitor lock"), nil //nolint:gosec // a file descriptor is not negative
}

// callToRelease calls a method that ends what a service does. Its error does not matter: the
// service has ended, or notices that the connection does.
func callToRelease(object dbus.BusObject, method string, args ...any) {
	ctx, cancel := context.WithTimeout(context.Background(), releaseTimeout)
	defer cancel()
	_ = bus.Call(ctx, object, method, dbus.FlagNoAutoStart, args...).Err
}
