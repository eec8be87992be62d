package instance

import (
	"net"
	"slices"
	"sync"
)

// maxUnproven is the maximum number of connections whose callers have not yet proved
// that they know the token.
const maxUnproven = 16

// unprovenConns are the connections whose callers have not yet proved that they know
// the token, oldest first. It may be used from any goroutine.
type unprovenConns struct {
	mu    sync.Mutex
	conns []net.Conn
}

// add adds a connection. If there are too many, it closes the oldest: an instance needs
// only moments for its proof, so that silent callers cannot keep it out.
func (u *unprovenConns) add(conn net.Conn) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.conns = append(u.conns, conn)
	if len(u.conns) > maxUnproven {
		_ = u.conns[0].Close()
		u.conns = slices.Delete(u.conns, 0, 1)
	}
}

// remove removes a connection and reports whether it was still there, and not closed by
// add.
func (u *unprovenConns) remove(conn net.Conn) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	i := slices.Index(u.conns, conn)
	if i < 0 {
		return false
	}
	u.conns = slices.Delete(u.conns, i, i+1)
	return true
}
