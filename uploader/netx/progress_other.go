//go:build !linux

package netx

import "syscall"

// connProgress reports false: the system does not provide the number of acknowledged
// bytes.
func connProgress(syscall.Conn) (progress progress, ok bool) { return progress, false }
