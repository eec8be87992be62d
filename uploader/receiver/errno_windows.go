package receiver

import (
	"syscall"

	"golang.org/x/sys/windows"
)

var (
	fullErrors      = []syscall.Errno{windows.ERROR_DISK_FULL, windows.ERROR_HANDLE_DISK_FULL, windows.ERROR_DISK_QUOTA_EXCEEDED}
	openFilesErrors = []syscall.Errno{windows.ERROR_TOO_MANY_OPEN_FILES}
)
