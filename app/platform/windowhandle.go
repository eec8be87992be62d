package platform

import (
	"strconv"
	"strings"
)

// windowsHandle is the beginning of the handle of a window on Windows.
const windowsHandle = "hwnd:"

// WindowsHandle returns the handle of a window on Windows for [ChooserOptions] and
// [Launcher.SetWindow].
func WindowsHandle(window uintptr) string {
	if window == 0 {
		return ""
	}
	return windowsHandle + strconv.FormatUint(uint64(window), 16)
}

// windowOf returns the window on Windows of a handle. ok is false for another handle, or
// none.
func windowOf(handle string) (window uintptr, ok bool) {
	digits, ok := strings.CutPrefix(handle, windowsHandle)
	if !ok {
		return 0, false
	}
	number, err := strconv.ParseUint(digits, 16, strconv.IntSize)
	return uintptr(number), err == nil
}
