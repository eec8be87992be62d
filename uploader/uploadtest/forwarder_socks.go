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
// lets in whoever knows user (RFC 1929), or anybody when that is nil. It ends
// with the test.
func NewSOCKS5(t testing.TB, target string, user *url.Userinfo) *Forwarder {
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

// What a SOCKS5 server says.
const (
	socksVersion    = 5
	socksAnybody    = 0
	socksPassword   = 2
	socksNoMethod   = 0xff
	socksConnect    = 1
	socksName       = 3
	socksIPv4       = 1
	socksIPv6       = 4
	socksOK         = 0
	socksNoHost     = 4
	passwordVersion = 1
)

func (f *Forwarder) serveSOCKS(client net.Conn) {
	defer context.AfterFunc(f.ctx, func() { _ = client.Close() })()
	defer client.Close()
	host, err := f.greet(client)
	if err != nil {
		return
	}
	server, err := f.dial()
	if err != nil {
		_, _ = client.Write(socksReply(socksNoHost))
		return
	}
	f.note(host)
	_, _ = client.Write(socksReply(socksOK))
	f.tunnel(client, server)
}

func socksReply(code byte) []byte {
	return []byte{socksVersion, code, 0, socksIPv4, 0, 0, 0, 0, 0, 0}
}

// greet agrees on how to sign in, does so, and returns the host:port that is
// asked for.
func (f *Forwarder) greet(client net.Conn) (host string, err error) {
	head, err := take(client, 2)
	if err != nil {
		return "", err
	}
	offered, err := take(client, int(head[1]))
	if err != nil {
		return "", err
	}
	method := byte(socksAnybody)
	if f.user != nil {
		method = socksPassword
	}
	if !slices.Contains(offered, method) {
		_, _ = client.Write([]byte{socksVersion, socksNoMethod})
		return "", errStranger
	}
	if _, err := client.Write([]byte{socksVersion, method}); err != nil {
		return "", err
	}
	if f.user != nil {
		if err := f.signIn(client); err != nil {
			return "", err
		}
	}
	return askedOf(client)
}

var errStranger = errors.New("nobody knows you")

func (f *Forwarder) signIn(client net.Conn) error {
	if _, err := take(client, 1); err != nil {
		return err
	}
	user, err := word(client)
	if err != nil {
		return err
	}
	password, err := word(client)
	if err != nil {
		return err
	}
	want, _ := f.user.Password()
	if user != f.user.Username() || password != want {
		_, _ = client.Write([]byte{passwordVersion, 1})
		return errStranger
	}
	_, err = client.Write([]byte{passwordVersion, socksOK})
	return err
}

// askedOf reads the request to connect.
func askedOf(client io.Reader) (string, error) {
	head, err := take(client, 4)
	if err != nil {
		return "", err
	}
	var host string
	switch head[3] {
	case socksName:
		host, err = word(client)
	case socksIPv4:
		host, err = address(client, net.IPv4len)
	case socksIPv6:
		host, err = address(client, net.IPv6len)
	}
	if err != nil || head[1] != socksConnect {
		return "", errors.Join(err, errors.New("not a request to connect"))
	}
	port, err := take(client, 2)
	if err != nil {
		return "", err
	}
	return net.JoinHostPort(host, strconv.Itoa(int(binary.BigEndian.Uint16(port)))), nil
}

func take(r io.Reader, n int) ([]byte, error) {
	p := make([]byte, n)
	_, err := io.ReadFull(r, p)
	return p, err
}

func word(r io.Reader) (string, error) {
	length, err := take(r, 1)
	if err != nil {
		return "", err
	}
	text, err := take(r, int(length[0]))
	return string(text), err
}

func address(r io.Reader, n int) (string, error) {
	p, err := take(r, n)
	found, _ := netip.AddrFromSlice(p)
	return found.String(), err
}
