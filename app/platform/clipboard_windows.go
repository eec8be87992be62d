package platform

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"time"
	"unsafe"

	"golang.org/x/sys/windows"
)

// cfHDROP is CF_HDROP, the format in which the Explorer copies files.
const cfHDROP = 15

// clipboardRetry is how long to wait before the clipboard is opened again, which one
// program at a time can.
const clipboardRetry = 10 * time.Millisecond

var (
	user32                         = windows.NewLazySystemDLL("user32.dll")
	procOpenClipboard              = user32.NewProc("OpenClipboard")
	procCloseClipboard             = user32.NewProc("CloseClipboard")
	procGetClipboardData           = user32.NewProc("GetClipboardData")
	procIsClipboardFormatAvailable = user32.NewProc("IsClipboardFormatAvailable")
	procDragQueryFile              = windows.NewLazySystemDLL("shell32.dll").NewProc("DragQueryFileW")
)

// ReadClipboard returns the paths of the files on the clipboard for [ParseClipboard], one
// per line. It blocks while another program has the clipboard open, until ctx is done.
// Without files on the clipboard, it fails with [ErrNoClipboard].
func ReadClipboard(ctx context.Context) (string, error) {
	runtime.LockOSThread() // the clipboard is closed by the thread that opened it
	defer runtime.UnlockOSThread()
	if available, _, _ := procIsClipboardFormatAvailable.Call(cfHDROP); available == 0 {
		return "", ErrNoClipboard
	}
	for {
		opened, _, err := procOpenClipboard.Call(0)
		if opened != 0 {
			break
		}
		select {
		case <-time.After(clipboardRetry):
		case <-ctx.Done():
			return "", fmt.Errorf("open clipboard: %w: %w", ctx.Err(), err)
		}
	}
	defer func() { _, _, _ = procCloseClipboard.Call() }()
	drop, _, _ := procGetClipboardData.Call(cfHDROP)
	if drop == 0 {
		return "", ErrNoClipboard
	}
	return strings.Join(droppedFiles(drop), "\n"), nil
}

// droppedFiles returns the paths of an HDROP. A path on Windows has no line breaks.
func droppedFiles(drop uintptr) []string {
	const all = 0xFFFFFFFF
	count, _, _ := procDragQueryFile.Call(drop, all, 0, 0)
	paths := make([]string, 0, count)
	for i := range count {
		length, _, _ := procDragQueryFile.Call(drop, i, 0, 0)
		name := make([]uint16, length+1)
		_, _, _ = procDragQueryFile.Call(drop, i, uintptr(unsafe.Pointer(&name[0])), uintptr(len(name)))
		paths = append(paths, windows.UTF16ToString(name))
	}
	return paths
}
