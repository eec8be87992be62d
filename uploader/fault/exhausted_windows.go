package fault

import (
	"syscall"

	"golang.org/x/sys/windows"
)

// Package syscall does not translate the error numbers of Winsock.
var exhausted = []syscall.Errno{
	windows.ERROR_TOO_MANY_OPEN_FILES, windows.ERROR_NOT_ENOUGH_MEMORY, windows.ERROR_OUTOFMEMORY,
	windows.ERROR_NO_SYSTEM_RESOURCES, windows.ERROR_COMMITMENT_LIMIT, windows.WSAEMFILE, windows.WSAENOBUFS,
	syscall.EMFILE, syscall.ENFILE,
}
