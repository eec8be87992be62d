package power_test

import (
	"context"
	"os"
	"os/exec"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"
	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/ferryapp/ferry/app/internal/bustest"
	"github.com/ferryapp/ferry/app/power"
)

// keepAwakeOnly is an environment variable with which this process only keeps the computer
// awake, until it is killed.
const keepAwakeOnly = "FERRY_TEST_KEEP_AWAKE"

func TestMain(m *testing.M) {
	if os.Getenv(keepAwakeOnly) != "" {
		power.KeepAwake(context.Background(), reason, nil)
		return
	}
	goleak.VerifyTestMain(m)
}

const (
	powerManagement = "org.freedesktop.PowerManagement"
	portal          = "org.freedesktop.portal.Desktop"
	sessionManager  = "org.gnome.SessionManager"
	login           = "org.freedesktop.login1"

	reason = "uploading"

	// idleLock is the request of the only lock that is asked for. It is not about the sleep
	// that the user chooses.
	idleLock = "idle Ferry uploading block"
)

// limit is how long a test waits for what must happen.
const limit = 5 * time.Minute

// record is what services were asked for, in order.
type record struct {
	mu    sync.Mutex
	calls []string
	more  chan struct{} // has a value after a call
}

func newRecord() *record { return &record{more: make(chan struct{}, 1)} }

func (r *record) add(call string) {
	r.mu.Lock()
	r.calls = append(r.calls, call)
	r.mu.Unlock()
	select {
	case r.more <- struct{}{}:
	default:
	}
}

// want waits for the calls, which are all since the last time.
func (r *record) want(t *testing.T, calls ...string) {
	t.Helper()
	timeout := time.After(limit)
	for {
		r.mu.Lock()
		got := r.calls
		if len(got) >= len(calls) {
			r.calls = nil
		}
		r.mu.Unlock()
		if len(got) >= len(calls) {
			if diff := cmp.Diff(calls, got); diff != "" {
				t.Errorf("calls (-want +got):\n%s", diff)
			}
			return
		}
		select {
		case <-r.more:
		case <-timeout:
			t.Fatalf("got calls %q, want %q", got, calls)
		}
	}
}

// wantAmong waits for a call, whatever else is called.
func (r *record) wantAmong(t *testing.T, call string) {
	t.Helper()
	timeout := time.After(limit)
	for {
		r.mu.Lock()
		found := slices.Contains(r.calls, call)
		r.mu.Unlock()
		if found {
			return
		}
		select {
		case <-r.more:
		case <-timeout:
			t.Fatalf("no call %q", call)
		}
	}
}

// fakePowerManagement is the power manager of a desktop.
type fakePowerManagement struct{ *record }

func (f fakePowerManagement) Inhibit(app, why string) (uint32, *dbus.Error) {
	f.add("Inhibit " + app + " " + why)
	return 7, nil
}

func (f fakePowerManagement) UnInhibit(cookie uint32) *dbus.Error {
	if cookie == 7 {
		f.add("UnInhibit")
	}
	return nil
}

// fakePortal is the desktop portal, with the request that it made.
type fakePortal struct{ *record }

const fakeRequest = dbus.ObjectPath("/org/freedesktop/portal/desktop/request/1")

func (f fakePortal) Inhibit(window string, flags uint32, options map[string]dbus.Variant) (dbus.ObjectPath, *dbus.Error) {
	why, _ := options["reason"].Value().(string)
	if flags != 4 {
		why = "wrong flags"
	}
	f.add("Inhibit " + why)
	return fakeRequest, nil
}

func (f fakePortal) Close() *dbus.Error {
	f.add("Close")
	return nil
}

func startPowerManagement(t *testing.T) (fakePowerManagement, *dbus.Conn) {
	t.Helper()
	f := fakePowerManagement{newRecord()}
	conn := connect(t)
	bustest.Export(t, conn, f, "/org/freedesktop/PowerManagement/Inhibit", powerManagement+".Inhibit")
	own(t, conn, powerManagement)
	return f, conn
}

func startPortal(t *testing.T) (fakePortal, *dbus.Conn) {
	t.Helper()
	f := fakePortal{newRecord()}
	conn := connect(t)
	bustest.Export(t, conn, f, "/org/freedesktop/portal/desktop", "org.freedesktop.portal.Inhibit")
	bustest.Export(t, conn, f, fakeRequest, "org.freedesktop.portal.Request")
	own(t, conn, sessionManager)
	own(t, conn, portal)
	return f, conn
}

// startLogind returns what logind is asked for.
func startLogind(t *testing.T, deny string) *record {
	t.Helper()
	calls := newRecord()
	bustest.StartLogind(t, deny, calls.add)
	return calls
}

// connect connects to the bus, until the test ends.
func connect(t *testing.T) *dbus.Conn {
	t.Helper()
	conn, err := dbus.ConnectSystemBus()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// own makes the connection the owner of a name, once its objects are exported.
func own(t *testing.T, conn *dbus.Conn, name string) {
	t.Helper()
	if _, err := conn.RequestName(name, dbus.NameFlagDoNotQueue); err != nil {
		t.Fatal(err)
	}
}

// keepAwake keeps the computer awake until stop is called, and returns the services that do
// it as they change.
func keepAwake(t *testing.T) (held <-chan string, stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	names, ended := make(chan string, 10), make(chan struct{})
	go func() {
		defer close(ended)
		power.KeepAwake(ctx, reason, func(service string) { names <- service })
	}()
	stop = sync.OnceFunc(func() {
		cancel()
		<-ended
	})
	t.Cleanup(stop)
	return names, stop
}

func wantHeld(t *testing.T, held <-chan string, want string) {
	t.Helper()
	select {
	case got := <-held:
		if got != want {
			t.Errorf("the computer is kept awake by %q, want %q", got, want)
		}
	case <-time.After(limit):
		t.Fatalf("the computer is not kept awake by %q", want)
	}
}

func TestPowerManagerIsAskedFirst(t *testing.T) {
	bustest.PrivateSystem(t)
	manager, _ := startPowerManagement(t)
	startPortal(t)
	startLogind(t, "")
	held, stop := keepAwake(t)
	wantHeld(t, held, powerManagement)
	manager.want(t, "Inhibit Ferry uploading")
	stop()
	manager.want(t, "UnInhibit")
	wantHeld(t, held, "")
}

func TestPortalIsAskedNotToSleepAndTheDisplayMayTurnOff(t *testing.T) {
	bustest.PrivateSystem(t)
	fake, _ := startPortal(t)
	startLogind(t, "")
	held, stop := keepAwake(t)
	wantHeld(t, held, portal)
	fake.want(t, "Inhibit uploading")
	stop()
	fake.want(t, "Close")
}

func TestPortalWithoutSessionManagerIsNotAsked(t *testing.T) {
	bustest.PrivateSystem(t)
	_, conn := startPortal(t)
	if _, err := conn.ReleaseName(sessionManager); err != nil {
		t.Fatal(err)
	}
	startLogind(t, "")
	held, _ := keepAwake(t)
	wantHeld(t, held, login)
	own(t, conn, sessionManager)
	wantHeld(t, held, portal)
}

func TestLogindLockIsHeldWithoutDesktop(t *testing.T) {
	bustest.PrivateSystem(t)
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere")
	logind := startLogind(t, "")
	held, stop := keepAwake(t)
	wantHeld(t, held, login)
	logind.want(t, idleLock)
	stop()
	logind.want(t, "released")
}

// TestNothingIsHeldIfLogindRefuses: no other lock is asked for, such as one that refuses the
// sleep that the user chooses.
func TestNothingIsHeldIfLogindRefuses(t *testing.T) {
	bustest.PrivateSystem(t)
	logind := startLogind(t, "idle")
	held, stop := keepAwake(t)
	logind.want(t, "refused idle")
	stop()
	logind.want(t)
	if len(held) > 0 {
		t.Errorf("held by %q", <-held)
	}
}

func TestServicesThatStartAndEndAreFollowed(t *testing.T) {
	bus := bustest.New(t)
	bus.Start(t)
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", bus.Address)
	t.Setenv("DBUS_SYSTEM_BUS_ADDRESS", bus.Address)
	logind := startLogind(t, "")
	held, stop := keepAwake(t)
	wantHeld(t, held, login)
	logind.want(t, idleLock)

	manager, conn := startPowerManagement(t)
	wantHeld(t, held, powerManagement)
	manager.want(t, "Inhibit Ferry uploading")
	logind.want(t, "released")

	_ = conn.Close()
	wantHeld(t, held, login)
	logind.want(t, idleLock)

	manager, _ = startPowerManagement(t)
	wantHeld(t, held, powerManagement)
	manager.want(t, "Inhibit Ferry uploading")
	stop()
	manager.want(t, "UnInhibit")
}

func TestRestartedServiceIsAskedAgain(t *testing.T) {
	bustest.PrivateSystem(t)
	keepAwake(t)
	for range 3 {
		portal, conn := startPortal(t)
		portal.wantAmong(t, "Inhibit uploading")
		_ = conn.Close()
	}
}

func TestNothingIsHeldAfterTheProcessWasKilled(t *testing.T) {
	bustest.PrivateSystem(t)
	logind := startLogind(t, "")
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), keepAwakeOnly+"=1")
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	logind.want(t, idleLock)
	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = child.Wait()
	logind.want(t, "released")
}

func TestKeepAwakeEndsWithBusesThatNeverAnswer(t *testing.T) {
	silent := bustest.Silent(t)
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", silent)
	t.Setenv("DBUS_SYSTEM_BUS_ADDRESS", silent)
	held, stop := keepAwake(t)
	stop()
	if len(held) > 0 {
		t.Errorf("held by %q", <-held)
	}
}

func TestKeepAwakeEndsWithoutAnyBus(t *testing.T) {
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere")
	t.Setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nowhere")
	held, stop := keepAwake(t)
	stop()
	if len(held) > 0 {
		t.Errorf("held by %q without a bus", <-held)
	}
}
