package dialog_test

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"

	"github.com/ferryapp/ferry/widgets/dialog"
	"github.com/ferryapp/ferry/widgets/internal/widgettest"
	"github.com/ferryapp/ferry/widgets/theme"
)

// newDialog shows a dialog of a width with two buttons over a window of a size.
func newDialog(t *testing.T, window fyne.Size, width float32) (d *dialog.Dialog, body *dialog.Paragraph, buttons [2]*widget.Button) {
	t.Helper()
	widgettest.SetTheme(t, theme.Light)
	w := test.NewTempWindow(t, canvas.NewRectangle(nil))
	w.Resize(window)
	body = dialog.NewParagraph("Files that were uploaded stay on the server, and the other files can be uploaded later.")
	buttons = [2]*widget.Button{widget.NewButton("Not now", nil), widget.NewButton("Remove all of them", nil)}
	d = dialog.New(w.Canvas(), "Remove uploads?", body, layout.NewSpacer(), buttons[0], buttons[1])
	d.SetSize(fyne.NewSize(width, 0))
	d.Show()
	return d, body, buttons
}

// edges returns the absolute positions of the edges of an object.
func edges(o fyne.CanvasObject) (left, top, right, bottom float32) {
	at := fyne.CurrentApp().Driver().AbsolutePositionForObject(o)
	return at.X, at.Y, at.X + o.Size().Width, at.Y + o.Size().Height
}

// titleOf returns the text object of the dialog's title.
func titleOf(t *testing.T, d *dialog.Dialog, overlay fyne.CanvasObject) *canvas.Text {
	t.Helper()
	for _, o := range test.LaidOutObjects(overlay) {
		if text, ok := o.(*canvas.Text); ok && text.Text == d.Title() {
			return text
		}
	}
	t.Fatal("no title")
	return nil
}

func TestDialog(t *testing.T) {
	t.Run("title, body and buttons are aligned", func(t *testing.T) {
		d, body, buttons := newDialog(t, fyne.NewSize(800, 600), 400)
		title := titleOf(t, d, fyne.CurrentApp().Driver().CanvasForObject(body).Overlays().Top())
		titleLeft, _, _, _ := edges(title)
		left, top, right, _ := edges(body)
		_, _, buttonsRight, buttonsBottom := edges(buttons[1])
		if titleLeft != left || buttonsRight != right {
			t.Errorf("left edges: title %g, body %g; right edges: body %g, buttons %g", titleLeft, left, right, buttonsRight)
		}
		if x := left - theme.Grid(5); x != 200 || buttonsBottom-top <= 0 {
			t.Errorf("left edge of the dialog %g, top of the body %g, bottom of the buttons %g", x, top, buttonsBottom)
		}
	})
	t.Run("height follows the text", func(t *testing.T) {
		_, body, _ := newDialog(t, fyne.NewSize(800, 600), 400)
		if got, want := body.Size().Height, body.HeightAt(body.Size().Width); got < want || got > want+1 {
			t.Errorf("height of the body %g, want %g", got, want)
		}
	})
	t.Run("size follows the window", func(t *testing.T) {
		d, body, _ := newDialog(t, fyne.NewSize(800, 600), 400)
		d.Fit(fyne.NewSize(300, 300))
		narrow := body.Size().Width
		d.Fit(fyne.NewSize(800, 600))
		if narrow != 300-2*theme.Grid(3)-2*theme.Grid(5) || body.Size().Width != 400-2*theme.Grid(5) {
			t.Errorf("width of the body %g in the small window, then %g", narrow, body.Size().Width)
		}
	})
	t.Run("buttons are stacked in a narrow window, last one on top", func(t *testing.T) {
		_, _, buttons := newDialog(t, fyne.NewSize(220, 400), 400)
		left0, top0, _, _ := edges(buttons[0])
		left1, top1, _, bottom1 := edges(buttons[1])
		if left0 != left1 || bottom1 > top0 || top1 >= top0 {
			t.Errorf("buttons at %g,%g and %g,%g", left0, top0, left1, top1)
		}
	})
	t.Run("body keeps its minimum height in a low window", func(t *testing.T) {
		_, body, _ := newDialog(t, fyne.NewSize(220, 200), 400)
		if want := min(theme.Grid(20), body.HeightAt(body.Size().Width)); body.Size().Height < want {
			t.Errorf("height of the body %g, want at least %g", body.Size().Height, want)
		}
	})
	t.Run("OnClosed is called when the dialog is hidden", func(t *testing.T) {
		d, _, _ := newDialog(t, fyne.NewSize(800, 600), 400)
		closed := 0
		d.OnClosed = func() { closed++ }
		d.Hide()
		if closed != 1 || d.Visible() {
			t.Errorf("OnClosed called %d times, visible %t", closed, d.Visible())
		}
	})
}

// TestNotice: the dialog grows by the notice and shrinks without it, stays in the middle of
// the window, and keeps body, notice and buttons apart.
func TestNotice(t *testing.T) {
	d, body, buttons := newDialog(t, fyne.NewSize(800, 600), 400)
	middle := func() float32 { // of the dialog, whose distances above the body and below the buttons do not change
		_, top, _, _ := edges(body)
		_, _, _, bottom := edges(buttons[1])
		return top + bottom
	}
	before := middle()
	_, _, _, bodyBottom := edges(body)
	_, buttonsTop, _, _ := edges(buttons[1])
	gap := buttonsTop - bodyBottom
	d.SetNotice("Two files are waiting. They are uploaded to the server in the office when this dialog is closed.")
	_, _, _, bodyBottom = edges(body)
	_, buttonsTop, _, _ = edges(buttons[1])
	if grown := buttonsTop - bodyBottom - gap; grown < 2*theme.Grid(4) {
		t.Errorf("the notice has %g", grown)
	}
	if got := middle(); got-before > 1 || before-got > 1 {
		t.Errorf("the middle is at %g, before at %g", got/2, before/2)
	}
	d.SetNotice("")
	if _, top, _, _ := edges(buttons[1]); middle() != before || d.Notice() != "" {
		t.Errorf("after the notice the middle is at %g, before at %g (buttons at %g)", middle()/2, before/2, top)
	}
}
