package app

import (
	"context"
	"time"

	"fyne.io/fyne/v2"

	"github.com/ferryapp/ferry/app/bridge"
	"github.com/ferryapp/ferry/app/platform"
	"github.com/ferryapp/ferry/app/tray"
	"github.com/ferryapp/ferry/app/view"
	"github.com/ferryapp/ferry/app/windowstate"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
)

// visibility shows and hides the window, and sets the interval of updates accordingly. Its
// methods must be called on the UI goroutine unless they say otherwise.
type visibility struct {
	window        *window
	bridge        *bridge.Bridge
	tray          *tray.Presence
	notifications *notifications
	state         *windowstate.Current
	show          func(*uploader.Snapshot) time.Duration
	placement     *placement
	opened        func() // is called when the window was opened
	focused       bool
}

// open shows the window, with the newest snapshot in its first frame, and withdraws the
// notifications about what it shows.
func (v *visibility) open() {
	v.window.visible = true
	v.show(v.bridge.Snapshot())
	v.placement.prepare()
	v.window.open()
	v.placement.shown()
	v.opened()
	v.updateInterval()
	v.notifications.withdraw(view.NoteFinished, view.NoteAttention)
	v.bridge.Refresh()
}

// openIfHidden opens the window if it is hidden.
func (v *visibility) openIfHidden() {
	if !v.window.visible {
		v.open()
	}
}

// hide hides the window. The first time a notification explains that Ferry is still
// running.
func (v *visibility) hide() {
	v.placement.hiding()
	v.window.hide()
	v.updateInterval()
	if v.state.Get().HideExplained {
		return
	}
	v.state.Update(func(s *windowstate.State) { s.HideExplained = true })
	v.notifications.send(platform.Notification{Key: "hide", Title: words.Text("hide.title"), Body: words.Text("hide.body")})
}

// hideAtStart leaves the window hidden, or opens it if there is no tray. At login the
// tray may start later than Ferry.
func (v *visibility) hideAtStart() {
	v.updateInterval()
	v.bridge.Run(func(ctx context.Context) {
		if !v.tray.Wait(ctx) {
			v.bridge.Post(v.open)
		}
	})
}

// watchTray opens the window if it is hidden when the tray disappears. It blocks until
// ctx ends and must not be called on the UI goroutine.
func (v *visibility) watchTray(ctx context.Context) {
	v.tray.Watch(ctx, func() {
		v.bridge.Post(func() {
			if !v.window.visible {
				v.open()
				v.window.showMessage(words.Text("tray.gone"))
			}
		})
	})
}

// followFocus updates the interval when the window gets or loses the focus.
func (v *visibility) followFocus(lifecycle fyne.Lifecycle) {
	lifecycle.SetOnEnteredForeground(func() { v.focused = true; v.updateInterval() })
	lifecycle.SetOnExitedForeground(func() { v.focused = false; v.updateInterval() })
}

// updateInterval sets the interval of updates for the state of the window.
func (v *visibility) updateInterval() {
	switch {
	case !v.window.visible:
		v.bridge.SetInterval(bridge.IntervalHidden)
	case v.focused:
		v.bridge.SetInterval(bridge.IntervalFocused)
	default:
		v.bridge.SetInterval(bridge.IntervalUnfocused)
	}
}
