//go:build linux && cgo && !ci

package platform

/*
#cgo LDFLAGS: -lX11
#include <X11/Xlib.h>

static int ignore_error(Display *display, XErrorEvent *event) { return 0; }
static void ignore_errors(void) { XSetErrorHandler(ignore_error); }
*/
import "C"

// IgnoreXErrors makes Xlib ignore protocol errors, for which it exits the program by
// default. Such errors are normal: one is reported when a program that requested the
// clipboard exits before the reply. Call it before the first window is created.
func IgnoreXErrors() { C.ignore_errors() }
