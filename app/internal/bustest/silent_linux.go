package bustest

import (
	"net"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// Silent returns the address of a bus that accepts connections and never answers, until the
// test ends.
func Silent(t *testing.T) string {
	t.Helper()
	address := newAddress(t)
	listener, err := net.Listen("unix", filepath.Clean(strings.TrimPrefix(address, "unix:path=")))
	if err != nil {
		t.Fatal(err)
	}
	var accepting sync.WaitGroup
	accepting.Go(func() {
		var conns []net.Conn
		for {
			conn, err := listener.Accept()
			if err != nil {
				break
			}
			conns = append(conns, conn)
		}
		for _, conn := range conns {
			_ = conn.Close()
		}
	})
	t.Cleanup(func() {
		_ = listener.Close()
		accepting.Wait()
	})
	return address
}
