//go:build !windows

package uploadtest

import "syscall"

// Errors of connections.
const (
	ErrRefused   = syscall.ECONNREFUSED
	ErrNoRoute   = syscall.EHOSTUNREACH
	ErrNoNetwork = syscall.ENETUNREACH
)

// DriveErrors returns errors of a file system whose drive or server is not connected.
func DriveErrors() []syscall.Errno {
	return []syscall.Errno{syscall.ESTALE, syscall.ENOTCONN, syscall.ENODEV}
}
