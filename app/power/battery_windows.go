package power

import (
	"context"
	"unsafe"

	"golang.org/x/sys/windows"
)

var procGetSystemPowerStatus = windows.NewLazySystemDLL("kernel32.dll").NewProc("GetSystemPowerStatus")

// powerStatus is SYSTEM_POWER_STATUS.
type powerStatus struct {
	acLine, battery, percent, flags byte
	secondsLeft, secondsFull        uint32
}

// WatchBattery calls changed, on the caller's goroutine, whenever the computer begins or ends
// to run on its battery, until ctx is done. It counts as plugged in at first, and while the
// system does not know.
func WatchBattery(ctx context.Context, changed func(onBattery bool)) error {
	return pollBattery(ctx, onBattery, changed)
}

func onBattery() bool {
	const offline = 0 // the other values mean plugged in and unknown
	status := powerStatus{acLine: 255}
	ok, _, _ := procGetSystemPowerStatus.Call(uintptr(unsafe.Pointer(&status)))
	return ok != 0 && status.acLine == offline
}
