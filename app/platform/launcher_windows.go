package platform

import (
	"context"
	"fmt"
	"runtime"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/windows"
)

var (
	taskbarListClass     = windows.GUID{Data1: 0x56FDF344, Data2: 0xFD6D, Data3: 0x11D0, Data4: [8]byte{0x95, 0x8A, 0x00, 0x60, 0x97, 0xC9, 0xA0, 0x90}}
	taskbarListInterface = windows.GUID{Data1: 0xEA1AFB91, Data2: 0x9E28, Data3: 0x4B86, Data4: [8]byte{0x90, 0xE9, 0x9E, 0x9F, 0x8A, 0x5E, 0xEF, 0xAF}}
)

// taskbarList is an ITaskbarList3. It must be used by the thread that made it.
type taskbarList struct {
	methods *struct {
		unknown
		hrInit, addTab, deleteTab, activateTab, setActiveAlt uintptr
		markFullscreenWindow                                 uintptr
		setProgressValue, setProgressState                   uintptr
	}
}

// newTaskbarList returns the system's ITaskbarList3.
func newTaskbarList() (*taskbarList, error) {
	var list *taskbarList
	if err := createObject(&taskbarListClass, &taskbarListInterface, unsafe.Pointer(&list)); err != nil {
		return nil, fmt.Errorf("create taskbar list: %w", err)
	}
	result, _, _ := syscall.SyscallN(list.methods.hrInit, uintptr(unsafe.Pointer(list)))
	if err := resultError(result); err != nil {
		list.release()
		return nil, fmt.Errorf("initialize taskbar list: %w", err)
	}
	return list, nil
}

func (l *taskbarList) release() {
	_, _, _ = syscall.SyscallN(l.methods.release, uintptr(unsafe.Pointer(l)))
}

// show shows the state on the button of a window.
func (l *taskbarList) show(window uintptr, launcher LauncherState) error {
	state, done := launcher.Taskbar()
	result, _, _ := syscall.SyscallN(l.methods.setProgressState, uintptr(unsafe.Pointer(l)), window, uintptr(state))
	if err := resultError(result); err != nil {
		return fmt.Errorf("set state on the taskbar: %w", err)
	}
	if state == TaskbarNone {
		return nil // a value would show a bar again
	}
	result, _, _ = syscall.SyscallN(l.methods.setProgressValue, uintptr(unsafe.Pointer(l)), window, uintptr(done), taskbarTotal)
	if err := resultError(result); err != nil {
		return fmt.Errorf("set progress on the taskbar: %w", err)
	}
	return nil
}

// Run shows the changes on the button of the window in the taskbar until ctx ends, at most
// one per launcherInterval. It returns at once on a system without that. The taskbar makes
// the button a moment after the window was opened, so each state is shown a second time if
// no other follows.
//
// See https://learn.microsoft.com/windows/win32/api/shobjidl_core/nn-shobjidl_core-itaskbarlist3.
func (l *Launcher) Run(ctx context.Context) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if startCOM(windows.COINIT_APARTMENTTHREADED) != nil {
		return
	}
	defer windows.CoUninitialize()
	list, err := newTaskbarList()
	if err != nil {
		return
	}
	defer list.release()
	tick := time.NewTicker(launcherInterval)
	defer tick.Stop()
	show := func() {
		state, handle := l.newest()
		if window, ok := windowOf(handle); ok {
			_ = list.show(window, state) // the next change tries again
		}
	}
	for {
		select {
		case <-ctx.Done():
			return
		case <-l.changed:
		}
		for range 2 { // the second time for a button that was made meanwhile
			show()
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
		}
	}
}
