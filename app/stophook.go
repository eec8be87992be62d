package app

import "fyne.io/fyne/v2"

// stoppable has the methods of the toolkit's lifecycle that fyne.Lifecycle lacks.
type stoppable interface {
	OnStopped() func()
	SetOnStoppedHookExecuted(hook func())
}

// takeStopHook removes the hook by which the toolkit saves its preferences, and returns
// it, to be called after the toolkit's Run has returned. On the desktop the toolkit runs
// the hook on its event loop while the loop ends, and waits for it; if the loop ends
// first, Run never returns.
func takeStopHook(lifecycle fyne.Lifecycle) func() {
	l, ok := lifecycle.(stoppable)
	if !ok {
		return func() {}
	}
	hook := l.OnStopped()
	l.SetOnStoppedHookExecuted(nil)
	if hook == nil {
		return func() {}
	}
	return hook
}
