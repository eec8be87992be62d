package uploadtest

import (
	"fmt"
	"math/rand/v2"
	"net"
	"sync"
	"testing"
)

// Free ports are taken from this range. It is below the ports that a system assigns by
// itself, to connections and to servers without a fixed port (from 32768 on Linux, 49152
// elsewhere), so that none of them gets such a port before it is used, or between two runs
// of a server.
const (
	firstFreePort = 20_000
	lastFreePort  = 32_767
)

// returnedPorts are the ports that were returned in this process.
var returnedPorts sync.Map // int to bool

// FreeAddress returns a host:port of this machine on which nothing listens.
func FreeAddress(t testing.TB) string {
	t.Helper()
	return fmt.Sprintf("127.0.0.1:%d", freePort(t))
}

// UnusedURL returns a URL on this machine where nothing listens.
func UnusedURL(t testing.TB) string {
	t.Helper()
	return fmt.Sprintf("http://%s%s", FreeAddress(t), basePath)
}

// freePort returns a port of this machine on which nothing listens, each one only once.
func freePort(t testing.TB) int {
	t.Helper()
	listener := listenOnFreePort(t)
	_ = listener.Close()
	return listener.Addr().(*net.TCPAddr).Port
}

// listenOnFreePort listens on a free port. After the listener is closed, the port stays free.
func listenOnFreePort(t testing.TB) net.Listener {
	t.Helper()
	for range 1000 {
		port := firstFreePort + rand.IntN(lastFreePort-firstFreePort+1)
		if _, returned := returnedPorts.LoadOrStore(port, true); returned {
			continue
		}
		if listener, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port)); err == nil {
			return listener
		}
	}
	t.Fatal("found no free port")
	return nil
}
