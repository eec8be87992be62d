package platform

import (
	"context"
	"errors"
	"runtime"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"golang.org/x/sys/windows"
)

// Errors of a system without progress on its taskbar.
const (
	notImplemented     = syscall.Errno(0x80004001)
	classNotRegistered = syscall.Errno(0x80040154)
	noInterface        = syscall.Errno(0x80004002)
)

// skipIfMissing skips the test, with the reason, if the error says that the system has no
// progress on its taskbar.
func skipIfMissing(t *testing.T, err error) {
	t.Helper()
	for _, missing := range []error{notImplemented, classNotRegistered, noInterface} {
		if errors.Is(err, missing) {
			t.Skipf("this system has no progress on its taskbar: %v", err)
		}
	}
}

// newWindow returns a window of this thread that is not shown.
func newWindow(t *testing.T) uintptr {
	t.Helper()
	class, err := windows.UTF16PtrFromString("STATIC")
	if err != nil {
		t.Fatal(err)
	}
	window, _, err := user32.NewProc("CreateWindowExW").Call(0, uintptr(unsafe.Pointer(class)), 0, 0, 0, 0, 100, 100, 0, 0, 0, 0)
	if window == 0 {
		t.Fatalf("create window: %v", err)
	}
	t.Cleanup(func() { _, _, _ = user32.NewProc("DestroyWindow").Call(window) })
	return window
}

func TestTaskbarAcceptsEveryState(t *testing.T) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if err := startCOM(windows.COINIT_APARTMENTTHREADED); err != nil {
		t.Fatal(err)
	}
	defer windows.CoUninitialize()
	list, err := newTaskbarList()
	skipIfMissing(t, err)
	if err != nil {
		t.Fatal(err)
	}
	defer list.release()
	window := newWindow(t)
	for name, state := range map[string]LauncherState{
		"normal": {ShowsProgress: true, Progress: 0.5}, "paused": {ShowsProgress: true, Progress: 0.5, Paused: true},
		"error": {Urgent: true}, "nothing": {},
	} {
		err := list.show(window, state)
		skipIfMissing(t, err)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestLauncherEndsWithTheContext(t *testing.T) {
	runtime.LockOSThread() // that of the window
	launcher := NewLauncher()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		launcher.Run(ctx)
	}()
	launcher.SetWindow(WindowsHandle(newWindow(t)))
	launcher.Show(LauncherState{ShowsProgress: true, Progress: 0.5})
	for deadline := time.Now().Add(5 * time.Minute); len(launcher.changed) > 0 && time.Now().Before(deadline); {
		time.Sleep(time.Millisecond) // it is shown, unless this system has no taskbar with progress
	}
	cancel()
	select {
	case <-ended:
	case <-time.After(5 * time.Minute):
		t.Fatal("still running")
	}
}
