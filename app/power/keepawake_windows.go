package power

import (
	"context"
	"runtime"

	"golang.org/x/sys/windows"
)

// Flags of SetThreadExecutionState. Without esDisplayRequired, the display may be turned off.
const (
	esSystemRequired = 0x1
	esContinuous     = 0x80000000
)

var procSetThreadExecutionState = windows.NewLazySystemDLL("kernel32.dll").NewProc("SetThreadExecutionState")

// executionState is the name that held gets.
const executionState = "SetThreadExecutionState"

// KeepAwake prevents the computer from going to sleep by itself until ctx is done. It never
// fails: a computer that cannot be kept awake sends nothing while it sleeps, and resumes.
// The system shows no reason. Held, if not nil, is called on the caller's goroutine when the
// computer is kept awake, and with "" when it no longer is.
func KeepAwake(ctx context.Context, reason string, held func(service string)) {
	runtime.LockOSThread() // the state is that of the thread, and ends with it
	defer runtime.UnlockOSThread()
	if setExecutionState(esContinuous|esSystemRequired) && held != nil {
		held(executionState)
		defer held("")
	}
	<-ctx.Done()
	setExecutionState(esContinuous)
}

// setExecutionState reports whether the system accepted the state.
func setExecutionState(flags uintptr) bool {
	before, _, _ := procSetThreadExecutionState.Call(flags)
	return before != 0
}
