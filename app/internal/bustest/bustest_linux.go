package bustest

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/godbus/dbus/v5"
)

// config is the configuration of a daemon: everything is allowed, and it starts no services, so
// that tests do not depend on what is installed.
const config = `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:tmpdir=/nowhere</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
`

// daemonAt returns a daemon, not started yet, that prints its address when it accepts
// connections.
func daemonAt(t *testing.T, address string) *exec.Cmd {
	t.Helper()
	file := filepath.Join(t.TempDir(), "bus.conf")
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	return exec.Command("dbus-daemon", "--config-file="+file, "--nofork", "--print-address=1", "--address="+address)
}

// newAddress returns the address of a new bus. Its path is short, unlike that of
// [testing.T.TempDir], because that of a socket may have 107 bytes only.
func newAddress(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "bus")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return "unix:path=" + filepath.Join(dir, "bus")
}

// Private starts a D-Bus daemon and makes it the session bus of this process, until the test
// ends or calls stop.
func Private(t *testing.T) (stop func()) {
	t.Helper()
	daemon := daemonAt(t, newAddress(t))
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

// PrivateSystem is Private for a daemon that is the system bus of this process as well.
func PrivateSystem(t *testing.T) (stop func()) {
	t.Helper()
	stop = Private(t)
	t.Setenv("DBUS_SYSTEM_BUS_ADDRESS", os.Getenv("DBUS_SESSION_BUS_ADDRESS"))
	return stop
}

// Bus is a D-Bus daemon that can be restarted at the same address.
type Bus struct {
	Address string
	daemon  *exec.Cmd
}

// New returns a daemon that does not run yet. It ends with the test.
func New(t *testing.T) *Bus {
	t.Helper()
	b := &Bus{Address: newAddress(t)}
	t.Cleanup(b.Stop)
	return b
}

// Start returns when the daemon accepts connections.
func (b *Bus) Start(t *testing.T) {
	t.Helper()
	_ = os.Remove(strings.TrimPrefix(b.Address, "unix:path="))
	b.daemon = daemonAt(t, b.Address)
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

// Stop ends the daemon, if it runs.
func (b *Bus) Stop() {
	if b.daemon == nil {
		return
	}
	_ = b.daemon.Process.Kill()
	_ = b.daemon.Wait()
	b.daemon = nil
}

// Pause makes the daemon read nothing until the test ends.
func (b *Bus) Pause(t *testing.T) {
	t.Helper()
	if err := b.daemon.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.daemon.Process.Signal(syscall.SIGCONT) })
}

// Service connects to the session bus as the owner of name.
func Service(t *testing.T, name string) *dbus.Conn {
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

// Export makes value's methods the interface name of the object at path.
func Export(t *testing.T, conn *dbus.Conn, value any, path dbus.ObjectPath, name string) {
	t.Helper()
	if err := conn.Export(value, path, name); err != nil {
		t.Fatal(err)
	}
}
