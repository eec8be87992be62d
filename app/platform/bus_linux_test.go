package platform_test

import (
	"bufio"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"github.com/godbus/dbus/v5"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	if os.Getenv(insideSession) != "" {
		os.Exit(m.Run()) // the keyring's library keeps its connection to the bus for good
	}
	goleak.VerifyTestMain(m)
}

// privateBus starts a D-Bus daemon of the test's own and makes it the session's,
// until the test ends or calls end.
func privateBus(t *testing.T) (end func()) {
	t.Helper()
	daemon := exec.Command("dbus-daemon", "--session", "--nofork", "--print-address=1")
	output, err := daemon.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := daemon.Start(); err != nil {
		t.Fatalf("these tests need the program dbus-daemon (Debian: dbus): %v", err)
	}
	end = sync.OnceFunc(func() {
		_ = daemon.Process.Kill()
		_ = daemon.Wait()
	})
	t.Cleanup(end)
	address, err := bufio.NewReader(output).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", strings.TrimSpace(address))
	return end
}

// service connects a stand-in for a desktop service to the private bus.
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

// export makes value answer the interface at path.
func export(t *testing.T, conn *dbus.Conn, value any, path dbus.ObjectPath, name string) {
	t.Helper()
	if err := conn.Export(value, path, name); err != nil {
		t.Fatal(err)
	}
}
