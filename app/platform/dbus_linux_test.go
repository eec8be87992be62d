package platform_test

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/godbus/dbus/v5"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	if os.Getenv(insideSession) != "" {
		os.Exit(m.Run()) // go-keyring never closes its connection to the bus
	}
	goleak.VerifyTestMain(m)
}

// privateBus starts a D-Bus daemon and makes it the session bus of this process,
// until the test ends or calls stop.
func privateBus(t *testing.T) (stop func()) {
	t.Helper()
	daemon := exec.Command("dbus-daemon", "--session", "--nofork", "--print-address=1")
	output, err := daemon.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := daemon.Start(); err != nil {
		t.Fatalf("dbus-daemon is required (Debian package dbus): %v", err)
	}
	stop = sync.OnceFunc(func() {
		_ = daemon.Process.Kill()
		_ = daemon.Wait()
	})
	t.Cleanup(stop)
	address, err := bufio.NewReader(output).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", strings.TrimSpace(address))
	return stop
}

// bus is a D-Bus daemon that can be restarted at the same address.
type bus struct {
	address string
	daemon  *exec.Cmd
}

func newBus(t *testing.T) *bus {
	t.Helper()
	b := &bus{address: "unix:path=" + filepath.Join(t.TempDir(), "bus")}
	t.Cleanup(b.stop)
	return b
}

// start returns when the daemon accepts connections.
func (b *bus) start(t *testing.T) {
	t.Helper()
	_ = os.Remove(strings.TrimPrefix(b.address, "unix:path="))
	b.daemon = exec.Command("dbus-daemon", "--session", "--nofork", "--print-address=1", "--address="+b.address)
	output, err := b.daemon.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := b.daemon.Start(); err != nil {
		t.Fatalf("dbus-daemon is required (Debian package dbus): %v", err)
	}
	if _, err := bufio.NewReader(output).ReadString('\n'); err != nil {
		t.Fatal(err)
	}
}

func (b *bus) stop() {
	if b.daemon == nil {
		return
	}
	_ = b.daemon.Process.Kill()
	_ = b.daemon.Wait()
	b.daemon = nil
}

// service connects to the private bus as the owner of name.
func service(t *testing.T, name string) *dbus.Conn {
	t.Helper()
	conn, err := dbus.ConnectSessionBus()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	if _, err := conn.RequestName(name, dbus.NameFlagDoNotQueue); err != nil {
		t.Fatal(err)
	}
	return conn
}

// export makes value's methods the interface name of the object at path.
func export(t *testing.T, conn *dbus.Conn, value any, path dbus.ObjectPath, name string) {
	t.Helper()
	if err := conn.Export(value, path, name); err != nil {
		t.Fatal(err)
	}
}
