package platform_test

import (
	"runtime"
	"strings"
	"testing"
	"unsafe"

	"golang.org/x/sys/windows"

	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/app/platform"
)

// copyFiles puts files on the clipboard as the Explorer does: a DROPFILES, followed by the
// paths, each with a zero at its end, and another zero.
func copyFiles(t *testing.T, paths []string) {
	t.Helper()
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	user32, kernel32 := windows.NewLazySystemDLL("user32.dll"), windows.NewLazySystemDLL("kernel32.dll")
	type dropFiles struct {
		offset uint32
		x, y   int32
		fNC    int32
		wide   int32
	}
	names, err := windows.UTF16FromString(strings.Join(paths, "\n") + "\n")
	if err != nil {
		t.Fatal(err)
	}
	for i := range names {
		if names[i] == '\n' {
			names[i] = 0
		}
	}
	const movable = 2
	size := unsafe.Sizeof(dropFiles{}) + uintptr(len(names))*2
	memory, _, err := kernel32.NewProc("GlobalAlloc").Call(movable, size)
	if memory == 0 {
		t.Fatal(err)
	}
	at, _, err := kernel32.NewProc("GlobalLock").Call(memory)
	if at == 0 {
		t.Fatal(err)
	}
	header := dropFiles{offset: uint32(unsafe.Sizeof(dropFiles{})), wide: 1}
	move := kernel32.NewProc("RtlMoveMemory")
	_, _, _ = move.Call(at, uintptr(unsafe.Pointer(&header)), unsafe.Sizeof(header))
	_, _, _ = move.Call(at+unsafe.Sizeof(header), uintptr(unsafe.Pointer(&names[0])), uintptr(len(names))*2)
	_, _, _ = kernel32.NewProc("GlobalUnlock").Call(memory)
	if opened, _, err := user32.NewProc("OpenClipboard").Call(0); opened == 0 {
		t.Fatal(err)
	}
	defer func() { _, _, _ = user32.NewProc("CloseClipboard").Call() }()
	_, _, _ = user32.NewProc("EmptyClipboard").Call()
	const cfHDROP = 15
	if set, _, err := user32.NewProc("SetClipboardData").Call(cfHDROP, memory); set == 0 {
		t.Fatal(err)
	}
}

func TestReadClipboardReturnsCopiedFiles(t *testing.T) {
	want := []string{`C:\films\interview.mov`, `C:\films\海 1 (Kopie)%20.mov`, `\\server\share\a b.txt`}
	copyFiles(t, want)
	text, err := platform.ReadClipboard(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	got, refused := platform.ParseClipboard(text)
	if diff := cmp.Diff(want, got); diff != "" || refused != 0 {
		t.Errorf("%d refused; %s", refused, diff)
	}
}
