package source

import (
	"syscall"

	"golang.org/x/sys/unix"
)

// ChangeTimeOf returns the change time of an open file, or 0 if the system has none.
func ChangeTimeOf(opened OpenFile) ChangeTime {
	info, err := opened.Stat()
	if err != nil {
		return 0
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return 0
	}
	return ChangeTime(stat.Ctimespec.Nano())
}

// keepsChangeTimes reports whether the file system of an open file sets change times
// itself: FAT reports the modification time in its place, a file server its own time.
func keepsChangeTimes(opened OpenFile) bool {
	var stat unix.Statfs_t
	if err := unix.Fstatfs(int(opened.Fd()), &stat); err != nil {
		return false
	}
	name := unix.ByteSliceToString(stat.Fstypename[:])
	return stat.Flags&unix.MNT_LOCAL != 0 && (name == "apfs" || name == "hfs")
}
