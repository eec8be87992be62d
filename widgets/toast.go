package widgets

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	fynetheme "fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/ferryapp/ferry/widgets/draw"
	"github.com/ferryapp/ferry/widgets/theme"
)

// How long a toast is shown.
const (
	toastDuration       = 4 * time.Second
	actionToastDuration = 8 * time.Second // with a button
)

// Toasts shows short messages at the bottom of the window, one at a time, and hides
// them after some seconds. It is placed above the content of the window and handles
// taps only on the button of a message.
type Toasts struct {
	widget.BaseWidget
	background *canvas.Rectangle
	text       *draw.Label
	action     *toastAction
	serial     int    // number of the message, so that an old timer does not hide a new message
	expired    func() // called when the message is hidden without its action; may be nil

	after     func(time.Duration, func()) (stop func() bool)
	stopTimer func() bool // of the current message
}

// NewToasts returns an area for messages that shows none.
func NewToasts() *Toasts {
	t := &Toasts{background: &canvas.Rectangle{}, text: draw.NewLabel(draw.SizeText, theme.ColorOnToast), action: newToastAction(), after: draw.After}
	t.paint()
	t.setVisible(false)
	t.ExtendBaseWidget(t)
	return t
}

// Notify shows a message for four seconds.
func (t *Toasts) Notify(text string) { t.show(text, "", nil, nil, toastDuration) }

// NotifyWithAction shows a message with a button for eight seconds. Exactly one of tapped and
// expired is called: tapped for the button, expired when the message is hidden
// otherwise. Both may be nil.
func (t *Toasts) NotifyWithAction(text, action string, tapped, expired func()) {
	t.show(text, action, tapped, expired, actionToastDuration)
}

// Text returns the text of the current message, or "".
func (t *Toasts) Text() string {
	if !t.background.Visible() {
		return ""
	}
	return t.text.FullText
}

// Dismiss hides the current message.
func (t *Toasts) Dismiss() {
	t.serial++
	if t.stopTimer != nil {
		t.stopTimer()
		t.stopTimer = nil
	}
	t.setVisible(false)
	canvas.Refresh(t)
	expired := t.expired
	t.expired = nil
	call(expired)
}

func (t *Toasts) show(text, action string, tapped, expired func(), duration time.Duration) {
	t.Dismiss()
	t.text.Set(text, theme.ColorOnToast)
	t.action.set(action, func() {
		t.expired = nil
		t.Dismiss()
		call(tapped)
	})
	t.expired = expired
	t.setVisible(true)
	t.Refresh()
	serial := t.serial
	t.stopTimer = t.after(duration, func() { t.expire(serial) })
}

func (t *Toasts) expire(serial int) {
	if serial == t.serial {
		t.Dismiss()
	}
}

func (t *Toasts) setVisible(visible bool) {
	draw.SetVisible(t.background, visible)
	draw.SetVisible(t.text.Object, visible)
	draw.SetVisible(t.action, visible && t.action.text.FullText != "")
}

// MinSize returns zero: toasts are shown above other content.
func (t *Toasts) MinSize() fyne.Size { return fyne.Size{} }

// CreateRenderer implements [fyne.Widget].
func (t *Toasts) CreateRenderer() fyne.WidgetRenderer {
	objects := []fyne.CanvasObject{t.background, t.text.Object, t.action}
	return draw.NewRenderer(draw.Renderer{Content: objects, Arrange: t.arrange, Minimum: t.MinSize, Repaint: t.paint, Widget: t})
}

func (t *Toasts) arrange(size fyne.Size) {
	height := theme.Grid(11)
	action := float32(0)
	if t.action.Visible() {
		action = t.action.MinSize().Width
	}
	padding := theme.Grid(8)
	text := fyne.MeasureText(t.text.FullText, theme.Size(draw.SizeText), fyne.TextStyle{}).Width + 1
	text = max(min(text, size.Width-theme.Grid(8)-padding-action), 0)
	width := text + padding + action
	at := fyne.NewPos(draw.Snap((size.Width-width)/2), size.Height-height-theme.Grid(14))

	t.background.Resize(fyne.NewSize(width, height))
	t.background.Move(at)
	t.text.Place(at.AddXY(theme.Grid(4), (height-t.text.Height)/2), text)
	t.action.Resize(fyne.NewSize(action, theme.Grid(8)))
	t.action.Move(at.AddXY(width-action-theme.Grid(1.5), theme.Grid(1.5)))
}

func (t *Toasts) paint() {
	t.background.FillColor = theme.Color(theme.ColorToast)
	t.background.CornerRadius = theme.Grid(2)
	t.text.Restyle()
}

// toastAction is the button of a toast.
type toastAction struct {
	widget.BaseWidget
	clickable
	onTap      func()
	background *canvas.Rectangle
	text       *draw.Label
}

var (
	_ fyne.Focusable     = (*toastAction)(nil)
	_ desktop.Hoverable  = (*toastAction)(nil)
	_ desktop.Cursorable = (*toastAction)(nil)
)

func newToastAction() *toastAction {
	a := &toastAction{background: &canvas.Rectangle{}, text: draw.NewLabel(draw.SizeText, theme.ColorToastAction)}
	a.text.Object.TextStyle.Bold = true
	a.text.Object.Alignment = fyne.TextAlignCenter
	a.repaint = a.Refresh
	a.paint()
	a.ExtendBaseWidget(a)
	return a
}

func (a *toastAction) set(text string, tapped func()) {
	a.onTap = tapped
	a.text.Set(text, theme.ColorToastAction)
}

// Tapped implements [fyne.Tappable].
func (a *toastAction) Tapped(*fyne.PointEvent) { call(a.onTap) }

// TypedKey implements [fyne.Focusable].
func (a *toastAction) TypedKey(e *fyne.KeyEvent) { pressOrForward(a, e) }

// MinSize returns the size of the text with padding.
func (a *toastAction) MinSize() fyne.Size {
	width := fyne.MeasureText(a.text.FullText, theme.Size(draw.SizeText), a.text.Object.TextStyle).Width
	return fyne.NewSize(width+theme.Grid(5), theme.Grid(8))
}

// CreateRenderer implements [fyne.Widget].
func (a *toastAction) CreateRenderer() fyne.WidgetRenderer {
	objects := []fyne.CanvasObject{a.background, a.text.Object}
	return draw.NewRenderer(draw.Renderer{Content: objects, Arrange: a.arrange, Minimum: a.MinSize, Repaint: a.paint, Widget: a})
}

func (a *toastAction) arrange(size fyne.Size) {
	a.background.Resize(size)
	a.text.Place(fyne.NewPos(0, (size.Height-a.text.Height)/2), size.Width)
}

func (a *toastAction) paint() {
	draw.SetVisible(a.background, a.hovered || a.focused)
	a.background.FillColor = theme.Color(fynetheme.ColorNamePressed)
	a.background.StrokeColor, a.background.StrokeWidth = nil, 0
	if a.focused {
		a.background.StrokeColor, a.background.StrokeWidth = theme.Color(theme.ColorToastAction), 1.5
	}
	a.background.CornerRadius = theme.Grid(1.5)
	a.text.Restyle()
}
