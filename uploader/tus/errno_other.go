//go:build !windows

package tus

import "syscall"

var (
	offlineErrors = []syscall.Errno{syscall.ENETUNREACH, syscall.EHOSTUNREACH, syscall.ENETDOWN, syscall.EHOSTDOWN, syscall.EADDRNOTAVAIL}
	refusedErrors = []syscall.Errno{syscall.ECONNREFUSED}
)
