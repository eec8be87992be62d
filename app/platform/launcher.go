package platform

import (
	"sync"
	"time"
)

// launcherInterval is the shortest time between two changes of the icon.
const launcherInterval = time.Second

// LauncherState is what the program's icon in the dock or taskbar shows. The zero value is
// nothing.
type LauncherState struct {
	Progress      float64 // from 0 to 1
	ShowsProgress bool
	Paused        bool  // nothing is sent, because everything unfinished is paused
	Count         int64 // 0 is not shown
	Urgent        bool  // the icon asks for attention
}

// Launcher shows progress on the program's icon in the dock or taskbar. Its methods may be
// called on any goroutine. Where the system has no such icon, it has no effect.
type Launcher struct {
	changed chan struct{} // of capacity 1

	mu     sync.Mutex
	next   LauncherState
	window string // see ChooserOptions.ParentWindow
}

// NewLauncher returns a launcher that shows nothing.
func NewLauncher() *Launcher { return &Launcher{changed: make(chan struct{}, 1)} }

// Show replaces what the icon shows. It does not wait for the desktop.
func (l *Launcher) Show(state LauncherState) {
	l.mu.Lock()
	same := l.next == state
	l.next = state
	l.mu.Unlock()
	if !same {
		l.notify()
	}
}

// SetWindow is called when the window was opened, with its handle. On Windows the icon is
// that of an open window, and a new one shows nothing.
func (l *Launcher) SetWindow(handle string) {
	l.mu.Lock()
	l.window = handle
	l.mu.Unlock()
	l.notify()
}

// notify makes Run show the newest state.
func (l *Launcher) notify() {
	select {
	case l.changed <- struct{}{}:
	default:
	}
}

// newest returns the state to show, and the window whose icon shows it.
func (l *Launcher) newest() (state LauncherState, window string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.next, l.window
}
