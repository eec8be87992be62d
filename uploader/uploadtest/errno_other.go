//go:build !windows

package uploadtest

import "syscall"

// Errors of connections.
const (
	ErrRefused   = syscall.ECONNREFUSED
	ErrNoRoute   = syscall.EHOSTUNREACH
	ErrNoNetwork = syscall.ENETUNREACH
)
