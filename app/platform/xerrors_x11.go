//go:build linux && cgo && !ci

package platform

/*
#cgo LDFLAGS: -lX11
#include <X11/Xlib.h>

static int go_on(Display *display, XErrorEvent *event) { return 0; }
static void outlive_errors(void) { XSetErrorHandler(go_on); }
*/
import "C"

// OutliveXErrors lets the program go on after an error of the X server, which by
// default ends it. One comes whenever something that belongs to another program is
// gone by the time of a request: a program that asked for the clipboard and ended
// before it was answered would take this one with it. It is called before the
// first window.
func OutliveXErrors() { C.outlive_errors() }
