package source

import (
	"unsafe"

	"golang.org/x/sys/windows"
)

// fileBasicInfo is FILE_BASIC_INFO. Times are in 100 ns since 1601; 0 for none, as on FAT.
type fileBasicInfo struct {
	creationTime, lastAccessTime, lastWriteTime, changeTime int64
	attributes                                              uint32
	_                                                       uint32
}

// ticksBefore1970 is the time from 1601 to 1970 in units of 100 ns.
const ticksBefore1970 = 116444736000000000

// ChangeTimeOf returns the change time of an open file, or 0 if the system has none.
func ChangeTimeOf(opened OpenFile) ChangeTime {
	var info fileBasicInfo
	err := windows.GetFileInformationByHandleEx(windows.Handle(opened.Fd()), windows.FileBasicInfo, (*byte)(unsafe.Pointer(&info)), uint32(unsafe.Sizeof(info)))
	if err != nil || info.changeTime == 0 {
		return 0
	}
	return ChangeTime((info.changeTime - ticksBefore1970) * 100)
}

// keepsChangeTimes reports whether the file system of an open file sets change times
// itself, by the clock of this computer.
func keepsChangeTimes(opened OpenFile) bool {
	handle := windows.Handle(opened.Fd())
	var remote [64]uint64 // FILE_REMOTE_PROTOCOL_INFO; the call fails for a local file
	if windows.GetFileInformationByHandleEx(handle, windows.FileRemoteProtocolInfo, (*byte)(unsafe.Pointer(&remote)), uint32(unsafe.Sizeof(remote))) == nil {
		return false
	}
	var name [windows.MAX_PATH + 1]uint16
	if windows.GetVolumeInformationByHandle(handle, nil, 0, nil, nil, nil, &name[0], uint32(len(name))) != nil {
		return false
	}
	system := windows.UTF16ToString(name[:])
	return system == "NTFS" || system == "ReFS"
}
