package instance

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"path/filepath"
	"strings"
)

// The networks of an [endpoint].
const (
	networkUnix = "unix" // a Unix socket; the address is its path
	networkPipe = "pipe" // a Windows named pipe; the address is its name
	networkTCP  = "tcp"  // a port on loopback
)

// pipePrefix is the start of the names of local pipes.
const pipePrefix = `\\.\pipe\`

// endpoint is where a server listens.
type endpoint struct{ network, address string }

// validate returns an error unless the endpoint is on this computer.
func (e endpoint) validate() error {
	switch e.network {
	case networkUnix:
		if !filepath.IsAbs(e.address) || strings.Contains(e.address, "\x00") {
			return errors.New("the path of the socket is not absolute")
		}
	case networkPipe:
		name, ok := strings.CutPrefix(e.address, pipePrefix)
		if !ok || name == "" || strings.ContainsAny(name, "\\/\x00") {
			return errors.New("the name is not that of a local pipe")
		}
	case networkTCP:
		address, err := netip.ParseAddrPort(e.address)
		if err != nil {
			return err
		}
		if !address.Addr().IsLoopback() {
			return fmt.Errorf("%s is not a loopback address", address)
		}
	default:
		return fmt.Errorf("unknown network %.20q", e.network)
	}
	return nil
}

// listen listens for other instances of the profile in dir, if possible so that only
// the user can connect.
func listen(dir string) (net.Listener, endpoint, error) {
	listener, at, err := listenPrivate(dir)
	if err == nil {
		return listener, at, nil
	}
	listener, tcpErr := net.Listen("tcp", "127.0.0.1:0")
	if tcpErr != nil {
		return nil, endpoint{}, errors.Join(err, tcpErr)
	}
	return listener, endpoint{networkTCP, listener.Addr().String()}, nil
}

// dial connects to e. A Unix socket of another user is an error.
func (e endpoint) dial(ctx context.Context) (net.Conn, error) {
	if e.network == networkTCP {
		return (&net.Dialer{}).DialContext(ctx, "tcp", e.address)
	}
	return dialPrivate(ctx, e)
}
