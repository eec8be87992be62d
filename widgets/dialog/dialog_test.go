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

// asked is a dialog with two buttons over a window of a size.
func asked(t *testing.T, size fyne.Size, wide float32) (d *dialog.Dialog, body *dialog.Paragraph, buttons [2]*widget.Button) {
	t.Helper()
	widgettest.SetTheme(t, theme.Light)
	window := test.NewTempWindow(t, canvas.NewRectangle(nil))
	window.Resize(size)
	body = dialog.NewParagraph("Everything that has crossed stays on the server until you come back for the rest of it.")
	buttons = [2]*widget.Button{widget.NewButton("Not now", nil), widget.NewButton("Take all of it away", nil)}
	d = dialog.New(window.Canvas(), "Take it away?", body, layout.NewSpacer(), buttons[0], buttons[1])
	d.SetSize(fyne.NewSize(wide, 0))
	d.Show()
	return d, body, buttons
}

func place(o fyne.CanvasObject) (left, top, right, bottom float32) {
	at := fyne.CurrentApp().Driver().AbsolutePositionForObject(o)
	return at.X, at.Y, at.X + o.Size().Width, at.Y + o.Size().Height
}

// titleOf is the dialog's title on the canvas.
func titleOf(t *testing.T, d *dialog.Dialog, over fyne.CanvasObject) *canvas.Text {
	t.Helper()
	for _, o := range test.LaidOutObjects(over) {
		if text, ok := o.(*canvas.Text); ok && text.Text == d.Title() {
			return text
		}
	}
	t.Fatal("there is no title")
	return nil
}

func TestDialog(t *testing.T) {
	t.Run("title and body begin at one edge, body and buttons end at one", func(t *testing.T) {
		d, body, buttons := asked(t, fyne.NewSize(800, 600), 400)
		title := titleOf(t, d, fyne.CurrentApp().Driver().CanvasForObject(body).Overlays().Top())
		begins, _, _, _ := place(title)
		left, top, right, _ := place(body)
		_, _, end, under := place(buttons[1])
		if begins != left || end != right {
			t.Errorf("the title begins at %g, the body at %g; it ends at %g, the buttons at %g", begins, left, right, end)
		}
		if x := left - theme.Grid(5); x != 200 || under-top <= 0 {
			t.Errorf("the dialog begins at %g, its buttons end %g under the body's top", x, under-top)
		}
	})
	t.Run("it is as high as the words in it need", func(t *testing.T) {
		_, body, _ := asked(t, fyne.NewSize(800, 600), 400)
		if got, want := body.Size().Height, body.HeightAt(body.Size().Width); got < want || got > want+1 {
			t.Errorf("the body is %g high, and needs %g", got, want)
		}
	})
	t.Run("it keeps inside of a window that becomes smaller, and grows with it again", func(t *testing.T) {
		d, body, _ := asked(t, fyne.NewSize(800, 600), 400)
		d.Fit(fyne.NewSize(300, 300))
		narrow := body.Size().Width
		d.Fit(fyne.NewSize(800, 600))
		if narrow != 300-2*theme.Grid(3)-2*theme.Grid(5) || body.Size().Width != 400-2*theme.Grid(5) {
			t.Errorf("the body was %g wide, and is %g", narrow, body.Size().Width)
		}
	})
	t.Run("buttons that have no room beside each other stand below each other, what is done most first", func(t *testing.T) {
		_, _, buttons := asked(t, fyne.NewSize(220, 400), 400)
		left, top, _, _ := place(buttons[0])
		leftmost, first, _, bottom := place(buttons[1])
		if left != leftmost || bottom > top || first >= top {
			t.Errorf("they stand at %g,%g and %g,%g", left, top, leftmost, first)
		}
	})
	t.Run("in a window without room for the buttons all of it scrolls, and the body stays", func(t *testing.T) {
		_, body, _ := asked(t, fyne.NewSize(220, 200), 400)
		if least := min(theme.Grid(20), body.HeightAt(body.Size().Width)); body.Size().Height < least {
			t.Errorf("the body is %g high, and needs %g", body.Size().Height, least)
		}
	})
	t.Run("closing is told, and it is gone", func(t *testing.T) {
		d, _, _ := asked(t, fyne.NewSize(800, 600), 400)
		told := 0
		d.OnClosed = func() { told++ }
		d.Hide()
		if told != 1 || d.Visible() {
			t.Errorf("told %d times, visible %t", told, d.Visible())
		}
	})
}
