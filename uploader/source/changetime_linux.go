package source

import (
	"slices"
	"syscall"

	"golang.org/x/sys/unix"
)

// zfsMagic is the file system type of OpenZFS, which package unix does not have.
const zfsMagic = 0x2fc12fc1

// changeTimeSystems are the types (statfs(2)) of the local file systems that set a file's
// change time at each change by the clock of this computer. Others report the
// modification time in its place, as FAT does, or a time of another computer.
var changeTimeSystems = []int64{
	unix.EXT4_SUPER_MAGIC, unix.XFS_SUPER_MAGIC, unix.BTRFS_SUPER_MAGIC, unix.F2FS_SUPER_MAGIC, unix.BCACHEFS_SUPER_MAGIC,
	unix.TMPFS_MAGIC, unix.OVERLAYFS_SUPER_MAGIC, zfsMagic,
}

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
	return ChangeTime(stat.Ctim.Nano())
}

// keepsChangeTimes reports whether the file system of an open file sets change times
// itself.
func keepsChangeTimes(opened OpenFile) bool {
	var stat unix.Statfs_t
	if err := unix.Fstatfs(int(opened.Fd()), &stat); err != nil {
		return false
	}
	return slices.Contains(changeTimeSystems, int64(uint32(stat.Type))) //nolint:gosec // narrower and signed on some architectures
}
