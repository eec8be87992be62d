package instance

import (
	"context"
	"crypto/rand"
	"fmt"
	"net"

	"github.com/Microsoft/go-winio"
	"golang.org/x/sys/windows"
)

// pipeBuffer is the size of a pipe's buffer in bytes, in each direction.
const pipeBuffer = 64 << 10

// listenPrivate listens at a named pipe that only the user can open, and only on this
// computer. Its name is random, so that no other program can create it first.
func listenPrivate(string) (net.Listener, endpoint, error) {
	user, err := windows.GetCurrentProcessToken().GetTokenUser()
	if err != nil {
		return nil, endpoint{}, fmt.Errorf("read user of this process: %w", err)
	}
	at := endpoint{networkPipe, pipePrefix + "ferry-" + rand.Text()}
	listener, err := winio.ListenPipe(at.address, &winio.PipeConfig{
		// A protected list with one entry: all access for the user.
		SecurityDescriptor: "D:P(A;;GA;;;" + user.User.Sid.String() + ")",
		InputBufferSize:    pipeBuffer,
		OutputBufferSize:   pipeBuffer,
	})
	if err != nil {
		return nil, endpoint{}, err
	}
	return listener, at, nil
}

// dialPrivate connects to a named pipe. The server cannot act as this user with the
// connection: go-winio connects anonymously.
func dialPrivate(ctx context.Context, e endpoint) (net.Conn, error) {
	if e.network != networkPipe {
		return nil, fmt.Errorf("this system has no network %q", e.network)
	}
	return winio.DialPipeContext(ctx, e.address)
}

// checkPeer accepts every connection: the system has checked the pipe's list.
func checkPeer(net.Conn) error { return nil }
