//go:build !windows

package receiver

import "syscall"

var (
	fullErrors      = []syscall.Errno{syscall.ENOSPC, syscall.EDQUOT}
	openFilesErrors = []syscall.Errno{syscall.EMFILE, syscall.ENFILE}
)
