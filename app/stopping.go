package app

import "fyne.io/fyne/v2"

// stoppable is what the toolkit's lifecycle can do beyond its interface.
type stoppable interface {
	OnStopped() func()
	SetOnStoppedHookExecuted(hook func())
}

// takeStopHook takes over what the toolkit does last: saving its preferences. On
// the desktop it has that done by its own event loop while that loop ends, and
// waits for it; when the loop ends first, it waits for ever and Run never
// returns. The hook returned does the same after Run has returned.
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
