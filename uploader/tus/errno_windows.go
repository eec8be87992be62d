package tus

import (
	"syscall"

	"golang.org/x/sys/windows"
)

// Winsock has numbers of its own, which package syscall does not translate.
var (
	offlineErrors = []syscall.Errno{windows.WSAENETUNREACH, windows.WSAEHOSTUNREACH, windows.WSAENETDOWN, windows.WSAEADDRNOTAVAIL}
	refusedErrors = []syscall.Errno{windows.WSAECONNREFUSED}
)
