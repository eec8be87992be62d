package receiver

import (
	"os"

	"golang.org/x/sys/unix"
)

// flush starts writing a range of the file to the disk and does not wait. It ignores
// errors, which the later sync returns.
func flush(file *os.File, offset, length int64) {
	_ = unix.SyncFileRange(int(file.Fd()), offset, length, unix.SYNC_FILE_RANGE_WRITE)
}
