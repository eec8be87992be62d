package uploadtest

import (
	"syscall"

	"golang.org/x/sys/windows"
)

// Errors of connections.
const (
	ErrRefused   = windows.WSAECONNREFUSED
	ErrNoRoute   = windows.WSAEHOSTUNREACH
	ErrNoNetwork = windows.WSAENETUNREACH
)

// DriveErrors returns errors of a file system whose drive or server is not connected.
func DriveErrors() []syscall.Errno {
	return []syscall.Errno{windows.ERROR_BAD_NETPATH, windows.ERROR_NOT_READY, windows.ERROR_DEV_NOT_EXIST}
}
