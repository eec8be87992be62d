package worker

import (
	"runtime/debug"

	"github.com/ferryapp/ferry/uploader/fault"
)

// CatchPanic calls work and turns a panic into a fault of kind Bug. Every goroutine
// that works on files or requests runs in it.
func CatchPanic(work func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fault.Newf(fault.Bug, fault.Run, "panic: %v\n%s", p, debug.Stack())
		}
	}()
	return work()
}
