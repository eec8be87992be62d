package platform

import (
	"errors"
	"fmt"
	"syscall"
	"unsafe"

	"golang.org/x/sys/windows"
)

var procCreateCOMObject = windows.NewLazySystemDLL("ole32.dll").NewProc("CoCreateInstance")

// unknown has the methods that every COM interface begins with.
type unknown struct {
	queryInterface, addRef, release uintptr
}

// startCOM makes COM usable on this thread, which must be locked, until windows.CoUninitialize
// is called. Model is one of windows.COINIT_….
func startCOM(model uint32) error {
	if err := windows.CoInitializeEx(0, model); err != nil && !errors.Is(err, syscall.Errno(windows.S_FALSE)) {
		return fmt.Errorf("initialize COM: %w", err)
	}
	return nil
}

// createObject creates a COM object, and sets *object, a pointer to an interface of it.
func createObject(class, identifier *windows.GUID, object unsafe.Pointer) error {
	const inProcess, local = 0x1, 0x4
	result, _, _ := procCreateCOMObject.Call(uintptr(unsafe.Pointer(class)), 0, inProcess|local,
		uintptr(unsafe.Pointer(identifier)), uintptr(object))
	return resultError(result)
}

// resultError returns the error of an HRESULT; nil for success.
func resultError(result uintptr) error {
	if int32(result) < 0 {
		return syscall.Errno(uint32(result)) // a register has more bits
	}
	return nil
}
