package widgets_test

import (
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"

	"github.com/ferryapp/ferry/widgets"
	"github.com/ferryapp/ferry/widgets/internal/widgettest"
	"github.com/ferryapp/ferry/widgets/theme"
)

// fakeTimers records timers, which the test fires.
type fakeTimers struct {
	delays  []time.Duration
	fire    []func()
	stopped int
}

func (f *fakeTimers) after(d time.Duration, fire func()) (stop func() bool) {
	f.delays, f.fire = append(f.delays, d), append(f.fire, fire)
	return func() bool {
		f.stopped++
		return true
	}
}

func newToasts() (*widgets.Toasts, *fakeTimers) {
	toasts, timers := widgets.NewToasts(), &fakeTimers{}
	toasts.SetAfter(timers.after)
	return toasts, timers
}

func TestToastIsHiddenByItsTimer(t *testing.T) {
	widgettest.SetTheme(t, theme.Light)
	toasts, timers := newToasts()
	widgettest.Show(t, toasts, 480, 360)
	toasts.Notify("Link copied")
	toasts.Notify("Link copied again")
	if timers.stopped != 1 {
		t.Error("timer of the first message was not stopped")
	}
	timers.fire[0]()
	if got := toasts.Text(); got != "Link copied again" {
		t.Errorf("text %q after the timer of the first message", got)
	}
	timers.fire[1]()
	if got := toasts.Text(); got != "" {
		t.Errorf("text %q after the timer of the message", got)
	}
}

func TestToastWithActionIsShownLonger(t *testing.T) {
	widgettest.SetTheme(t, theme.Light)
	toasts, timers := newToasts()
	toasts.Notify("Link copied")
	toasts.NotifyWithAction("Removed 3 uploads", "Undo", nil, nil)
	if timers.delays[1] <= timers.delays[0] {
		t.Errorf("%v without action, %v with action", timers.delays[0], timers.delays[1])
	}
	toasts.Dismiss()
	if timers.stopped != 2 {
		t.Error("timer was not stopped by Dismiss")
	}
}

func TestToastAction(t *testing.T) {
	widgettest.SetTheme(t, theme.Light)
	toasts, _ := newToasts()
	window := widgettest.Show(t, toasts, 480, 360)
	tapped, expired := 0, 0
	toasts.NotifyWithAction("Removed 3 uploads", "Undo", func() { tapped++ }, func() { expired++ })
	for x := float32(0); x < 480; x += 8 {
		test.TapCanvas(window.Canvas(), fyne.NewPos(x, 360-78))
	}
	if tapped != 1 || expired != 0 {
		t.Errorf("tapped called %d times, expired %d times", tapped, expired)
	}
	if got := toasts.Text(); got != "" {
		t.Errorf("text %q after the action", got)
	}
}

func TestToastActionByKey(t *testing.T) {
	widgettest.SetTheme(t, theme.Light)
	toasts, _ := newToasts()
	canvas := widgettest.Show(t, toasts, 480, 360).Canvas()
	tapped := 0
	toasts.NotifyWithAction("Removed 3 uploads", "Undo", func() { tapped++ }, nil)
	canvas.FocusNext()
	button := canvas.Focused()
	if button == nil {
		t.Fatal("the action is not reached with Tab")
	}
	for range 2 { // the message is hidden at the second time
		button.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	}
	if tapped != 1 {
		t.Errorf("tapped called %d times", tapped)
	}
}

func TestToastActionExpires(t *testing.T) {
	widgettest.SetTheme(t, theme.Light)
	toasts, timers := newToasts()
	widgettest.Show(t, toasts, 480, 360)
	for name, hide := range map[string]func(){
		"timer":       func() { timers.fire[len(timers.fire)-1]() },
		"dismissed":   toasts.Dismiss,
		"new message": func() { toasts.Notify("Link copied") },
	} {
		expired := 0
		toasts.NotifyWithAction("Removed 3 uploads", "Undo", func() { t.Errorf("%s: tapped called", name) }, func() { expired++ })
		hide()
		toasts.Dismiss()
		if expired != 1 {
			t.Errorf("%s: expired called %d times", name, expired)
		}
	}
}

func TestToastsPassTapsThrough(t *testing.T) {
	widgettest.SetTheme(t, theme.Light)
	tapped := 0
	button := widget.NewButton("below", func() { tapped++ })
	toasts, _ := newToasts()
	window := widgettest.Show(t, container.NewStack(button, toasts), 480, 360)
	toasts.Notify("Link copied")
	test.TapCanvas(window.Canvas(), fyne.NewPos(240, 20))
	if tapped != 1 {
		t.Errorf("button below was tapped %d times", tapped)
	}
}
