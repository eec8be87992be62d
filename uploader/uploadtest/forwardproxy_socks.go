package uploadtest

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"testing"
)

// NewSOCKS5 starts a SOCKS5 proxy (RFC 1928) in front of target, a host:port. It
// requires the credentials user (RFC 1929) unless user is nil. The proxy ends
// with the test.
func NewSOCKS5(t testing.TB, target string, user *url.Userinfo) *ForwardProxy {
	t.Helper()
	f := newForwarder(t, target, user)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatalf("start proxy: %v", err)
	}
	f.Addr = listener.Addr().String()
	f.wait.Go(func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			f.wait.Go(func() { f.serveSOCKS(client) })
		}
	})
	t.Cleanup(func() { _ = listener.Close() })
	return f
}

// Values of RFC 1928 and RFC 1929.
const (
	socksVersion    = 5
	socksNoAuth     = 0
	socksPassword   = 2
	socksNoMethod   = 0xff
	socksConnect    = 1
	socksDomain     = 3
	socksIPv4       = 1
	socksIPv6       = 4
	socksOK         = 0
	socksNoHost     = 4
	passwordVersion = 1
)

func (f *ForwardProxy) serveSOCKS(client net.Conn) {
	defer context.AfterFunc(f.ctx, func() { _ = client.Close() })()
	defer client.Close()
	host, err := f.handshake(client)
	if err != nil {
		return
	}
	server, err := f.dial()
	if err != nil {
		_, _ = client.Write(socksReply(socksNoHost))
		return
	}
	f.record(host)
	_, _ = client.Write(socksReply(socksOK))
	f.tunnel(client, server)
}

func socksReply(code byte) []byte {
	return []byte{socksVersion, code, 0, socksIPv4, 0, 0, 0, 0, 0, 0}
}

// handshake negotiates the authentication method, authenticates the client, and
// returns the requested host:port.
func (f *ForwardProxy) handshake(client net.Conn) (host string, err error) {
	head, err := readBytes(client, 2)
	if err != nil {
		return "", err
	}
	offered, err := readBytes(client, int(head[1]))
	if err != nil {
		return "", err
	}
	method := byte(socksNoAuth)
	if f.user != nil {
		method = socksPassword
	}
	if !slices.Contains(offered, method) {
		_, _ = client.Write([]byte{socksVersion, socksNoMethod})
		return "", errUnauthorized
	}
	if _, err := client.Write([]byte{socksVersion, method}); err != nil {
		return "", err
	}
	if f.user != nil {
		if err := f.authenticate(client); err != nil {
			return "", err
		}
	}
	return readConnectTarget(client)
}

var errUnauthorized = errors.New("authentication failed")

func (f *ForwardProxy) authenticate(client net.Conn) error {
	if _, err := readBytes(client, 1); err != nil {
		return err
	}
	user, err := readString(client)
	if err != nil {
		return err
	}
	password, err := readString(client)
	if err != nil {
		return err
	}
	want, _ := f.user.Password()
	if user != f.user.Username() || password != want {
		_, _ = client.Write([]byte{passwordVersion, 1})
		return errUnauthorized
	}
	_, err = client.Write([]byte{passwordVersion, socksOK})
	return err
}

// readConnectTarget reads a connect request.
func readConnectTarget(client io.Reader) (string, error) {
	head, err := readBytes(client, 4)
	if err != nil {
		return "", err
	}
	var host string
	switch head[3] {
	case socksDomain:
		host, err = readString(client)
	case socksIPv4:
		host, err = readAddress(client, net.IPv4len)
	case socksIPv6:
		host, err = readAddress(client, net.IPv6len)
	}
	if err != nil || head[1] != socksConnect {
		return "", errors.Join(err, errors.New("not a connect request"))
	}
	port, err := readBytes(client, 2)
	if err != nil {
		return "", err
	}
	return net.JoinHostPort(host, strconv.Itoa(int(binary.BigEndian.Uint16(port)))), nil
}

func readBytes(r io.Reader, n int) ([]byte, error) {
	p := make([]byte, n)
	_, err := io.ReadFull(r, p)
	return p, err
}

func readString(r io.Reader) (string, error) {
	length, err := readBytes(r, 1)
	if err != nil {
		return "", err
	}
	text, err := readBytes(r, int(length[0]))
	return string(text), err
}

func readAddress(r io.Reader, n int) (string, error) {
	p, err := readBytes(r, n)
	found, _ := netip.AddrFromSlice(p)
	return found.String(), err
}
