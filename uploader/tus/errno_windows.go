package tus

import (
	"syscall"

	"golang.org/x/sys/windows"
)

// Package syscall does not translate the error numbers of Winsock.
var (
	offlineErrors = []syscall.Errno{windows.WSAENETUNREACH, windows.WSAEHOSTUNREACH, windows.WSAENETDOWN, windows.WSAEADDRNOTAVAIL}
	refusedErrors = []syscall.Errno{windows.WSAECONNREFUSED}
)
