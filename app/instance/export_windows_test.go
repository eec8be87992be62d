package instance

import (
	"crypto/rand"
	"io"
	"time"

	"github.com/Microsoft/go-winio"
)

// OccupyUnaccepted connects to the pipe that Wine has beside those that a server accepts,
// so that the next connection gets one of those. go-winio creates it to reserve the name.
// Windows lets no program connect to it, and OccupyUnaccepted does nothing then.
func OccupyUnaccepted(path string) (io.Closer, error) {
	if connects, err := unacceptedPipeConnects(); err != nil || !connects {
		return io.NopCloser(nil), err
	}
	f, err := readInstanceFile(path)
	if err != nil {
		return nil, err
	}
	return winio.DialPipe(f.endpoint.address, nil)
}

// unacceptedPipeConnects reports whether programs can connect to a pipe whose listener does
// not accept connections.
func unacceptedPipeConnects() (bool, error) {
	name := pipePrefix + "ferry-test-" + rand.Text()
	listener, err := winio.ListenPipe(name, nil)
	if err != nil {
		return false, err
	}
	defer func() { _ = listener.Close() }()
	timeout := 100 * time.Millisecond // Windows lets a program wait for a free pipe until then
	conn, err := winio.DialPipe(name, &timeout)
	if err != nil {
		return false, nil //nolint:nilerr // it does not
	}
	return true, conn.Close()
}
