package uploadtest

import "golang.org/x/sys/windows"

// Errors of connections.
const (
	ErrRefused   = windows.WSAECONNREFUSED
	ErrNoRoute   = windows.WSAEHOSTUNREACH
	ErrNoNetwork = windows.WSAENETUNREACH
)
