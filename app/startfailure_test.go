package app

import (
	"context"
	"log/slog"
	"reflect"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"github.com/ferryapp/ferry/app/form"
	"github.com/ferryapp/ferry/app/internal/apptest"
)

// startFailureWindow shows the window about a failed start.
func startFailureWindow(t *testing.T, desktop *fakeDesktop) (*failureWindow, *fakeToolkit, *apptest.UI) {
	t.Helper()
	apptest.LoadEnglish(t)
	ui, toolkit := apptest.NewUI(t), &fakeToolkit{App: apptest.App(t)}
	desktop.wake = ui.Wake
	w := newFailureWindow(toolkit, desktop, slog.New(slog.DiscardHandler), StartFailure{Text: "The disk is full.", Folder: "/data"}, ui.Post)
	w.start(t.Context(), desktop.show)
	w.window.Show()
	t.Cleanup(w.close)
	return w, toolkit, ui
}

// pressIn presses the button with that label in a window.
func pressIn(t *testing.T, window fyne.Window, label string) {
	t.Helper()
	for _, object := range test.LaidOutObjects(window.Content()) {
		if button, ok := object.(*form.DialogButton); ok && button.Text == label {
			test.Tap(button)
			return
		}
	}
	t.Fatalf("no button %q", label)
}

func TestStartFailureWindow(t *testing.T) {
	t.Run("try again", func(t *testing.T) {
		w, toolkit, _ := startFailureWindow(t, &fakeDesktop{})
		pressIn(t, w.window, "Try again")
		if want := (StartAnswer{Retry: true}); w.answer != want || !toolkit.quit {
			t.Errorf("answer is %+v, quit is %v", w.answer, toolkit.quit)
		}
	})
	t.Run("another data folder", func(t *testing.T) {
		w, toolkit, ui := startFailureWindow(t, &fakeDesktop{chosen: []string{"/other"}})
		pressIn(t, w.window, "Choose another data folder…")
		ui.Until("the folder is chosen", func() bool { return toolkit.quit })
		if want := (StartAnswer{Retry: true, Folder: "/other"}); w.answer != want {
			t.Errorf("answer is %+v", w.answer)
		}
	})
	t.Run("open data folder", func(t *testing.T) {
		desktop := &fakeDesktop{}
		w, toolkit, ui := startFailureWindow(t, desktop)
		pressIn(t, w.window, "Open data folder")
		ui.Until("the folder is opened", func() bool {
			desktop.mu.Lock()
			defer desktop.mu.Unlock()
			return len(desktop.shown) == 1 && desktop.shown[0] == "/data"
		})
		if toolkit.quit {
			t.Error("the window closed")
		}
	})
	t.Run("file dialog fails", func(t *testing.T) {
		w, toolkit, ui := startFailureWindow(t, &fakeDesktop{chooseErr: context.DeadlineExceeded})
		pressIn(t, w.window, "Choose another data folder…")
		ui.Until("a message is shown", w.warning.Visible)
		if toolkit.quit {
			t.Error("the window closed")
		}
	})
	t.Run("quit", func(t *testing.T) {
		w, toolkit, _ := startFailureWindow(t, &fakeDesktop{})
		pressIn(t, w.window, "Quit")
		if w.answer != (StartAnswer{}) || !toolkit.quit {
			t.Errorf("answer is %+v, quit is %v", w.answer, toolkit.quit)
		}
	})
}

// TestStartFailureWindowIsTheSameWithNewRenderers: see TestWindowIsTheSameWithNewRenderers.
func TestStartFailureWindowIsTheSameWithNewRenderers(t *testing.T) {
	w, _, ui := startFailureWindow(t, &fakeDesktop{})
	before := w.window.Canvas().Capture()
	apptest.RemoveRenderers(t, w.window.Content())
	posted := false
	w.tasks.Post(func() { posted = true }) // runs after what the watch has posted
	ui.Until("everything is laid out again", func() bool { return posted })
	if !reflect.DeepEqual(before, w.window.Canvas().Capture()) {
		t.Error("its picture is different")
	}
}
