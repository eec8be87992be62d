//go:build unix

package instance

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"syscall"
)

// maxSocketPath is the maximum length of the path of a Unix socket in bytes, which is
// 107 on Linux and 103 on macOS and BSD.
const maxSocketPath = len(syscall.RawSockaddrUnix{}.Path) - 1

// listenPrivate listens at a Unix socket in dir. If its path is too long or dir is on a
// file system without sockets, it uses another folder that is the user's alone.
func listenPrivate(dir string) (net.Listener, endpoint, error) {
	var errs []error
	for _, path := range socketPaths(dir) {
		listener, err := listenSocket(path)
		if err == nil {
			return listener, endpoint{networkUnix, path}, nil
		}
		errs = append(errs, err)
	}
	return nil, endpoint{}, errors.Join(errs...)
}

// socketPaths returns the possible paths of the socket for the profile in dir, best
// first. Outside the profile, its name is derived from dir.
func socketPaths(dir string) []string {
	paths := []string{filepath.Join(dir, "instance.sock")}
	sum := sha256.Sum256([]byte(dir))
	name := "ferry-" + hex.EncodeToString(sum[:8]) + ".sock"
	for _, folder := range []string{os.Getenv("XDG_RUNTIME_DIR"), os.TempDir()} {
		if filepath.IsAbs(folder) && isOwnFolder(folder) {
			paths = append(paths, filepath.Join(folder, name))
		}
	}
	return paths
}

// isOwnFolder reports whether only the user can create files in the folder.
func isOwnFolder(folder string) bool {
	info, err := os.Stat(folder)
	return err == nil && info.IsDir() && ownedByUser(info) && info.Mode().Perm()&0o022 == 0
}

// listenSocket listens at a Unix socket, in place of one that a killed instance left.
func listenSocket(path string) (net.Listener, error) {
	if len(path) > maxSocketPath {
		return nil, fmt.Errorf("path of the socket has %d bytes, maximum is %d", len(path), maxSocketPath)
	}
	if info, err := os.Lstat(path); err == nil && info.Mode().Type() == fs.ModeSocket {
		_ = os.Remove(path)
	}
	listener, err := net.Listen("unix", path)
	if err != nil {
		return nil, err
	}
	if err := os.Chmod(path, 0o600); err != nil {
		return nil, errors.Join(err, listener.Close())
	}
	return listener, nil
}

func dialPrivate(ctx context.Context, e endpoint) (net.Conn, error) {
	if e.network != networkUnix {
		return nil, fmt.Errorf("this system has no network %q", e.network)
	}
	conn, err := (&net.Dialer{}).DialContext(ctx, "unix", e.address)
	if err != nil {
		return nil, err
	}
	if err := checkPeer(conn); err != nil {
		return nil, errors.Join(fmt.Errorf("%w: %w", ErrUnproven, err), conn.Close())
	}
	return conn, nil
}

// checkPeer returns an error if the other end of a Unix socket is another user's
// process. It cannot tell whose process is at the other end of a TCP connection.
func checkPeer(conn net.Conn) error {
	socket, ok := conn.(*net.UnixConn)
	if !ok {
		return nil
	}
	raw, err := socket.SyscallConn()
	if err != nil {
		return err
	}
	var uid int64
	var peerErr error
	err = raw.Control(func(fd uintptr) { uid, peerErr = peerUID(int(fd)) }) //nolint:gosec // a descriptor is a small number
	switch {
	case err != nil:
		return err
	case errors.Is(peerErr, errors.ErrUnsupported):
		return nil // the folder and the proof must do
	case peerErr != nil:
		return fmt.Errorf("read user of the other process: %w", peerErr)
	case uid != int64(os.Geteuid()):
		return fmt.Errorf("the other process belongs to user %d", uid)
	}
	return nil
}

func ownedByUser(info fs.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && int64(stat.Uid) == int64(os.Geteuid())
}
