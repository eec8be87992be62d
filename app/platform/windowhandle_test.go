package platform_test

import (
	"testing"

	"github.com/ferryapp/ferry/app/platform"
)

func TestWindowOfHandle(t *testing.T) {
	for _, test := range []struct {
		name, handle string
		window       uintptr
		ok           bool
	}{
		{"a window on Windows", platform.WindowsHandle(0x1a2b), 0x1a2b, true},
		{"no window", platform.WindowsHandle(0), 0, false},
		{"a window of X11", "x11:1a2b", 0, false},
		{"not a number", "hwnd:window", 0, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			if window, ok := platform.WindowOf(test.handle); window != test.window || ok != test.ok {
				t.Errorf("window of %q is %#x, %t; want %#x, %t", test.handle, window, ok, test.window, test.ok)
			}
		})
	}
}
