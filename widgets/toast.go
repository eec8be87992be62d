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

// How long a toast stays: longer when there is something to decide.
const (
	toastTime       = 4 * time.Second
	toastActionTime = 8 * time.Second
)

// Toasts shows short messages at the bottom of the window, one at a time, that
// go away by themselves. It lies over everything else and takes no click but
// those on the message's button.
type Toasts struct {
	widget.BaseWidget
	back   *canvas.Rectangle
	text   *draw.Label
	action *toastAction
	turn   int    // counts messages, so that a late clock hides no newer one
	over   func() // what follows when the message goes and was not answered; may be nil

	after func(time.Duration, func()) (stop func() bool)
	stop  func() bool // the clock of the message that is shown
}

// NewToasts makes a place for messages, with none.
func NewToasts() *Toasts {
	t := &Toasts{back: &canvas.Rectangle{}, text: draw.NewLabel(draw.SizeText, theme.ColorOnToast), action: newToastAction(), after: afterOnUI}
	t.paint()
	t.setShown(false)
	t.ExtendBaseWidget(t)
	return t
}

// Say says something for a few seconds.
func (t *Toasts) Say(text string) { t.show(text, "", nil, nil, toastTime) }

// Offer says something and offers one thing to do about it, like undoing it.
// Either tapped is called or over, which is when the offer is gone. Over may be
// nil.
func (t *Toasts) Offer(text, action string, tapped, over func()) {
	t.show(text, action, tapped, over, toastActionTime)
}

// Text is what is being said, or nothing.
func (t *Toasts) Text() string {
	if !t.back.Visible() {
		return ""
	}
	return t.text.FullText
}

// Dismiss takes the message away, and stops its clock.
func (t *Toasts) Dismiss() {
	t.turn++
	if t.stop != nil {
		t.stop()
		t.stop = nil
	}
	t.setShown(false)
	canvas.Refresh(t)
	over := t.over
	t.over = nil
	call(over)
}

func (t *Toasts) show(text, action string, tapped, over func(), stay time.Duration) {
	t.Dismiss()
	t.text.Set(text, theme.ColorOnToast)
	t.action.set(action, func() {
		t.over = nil
		t.Dismiss()
		call(tapped)
	})
	t.over = over
	t.setShown(true)
	t.Refresh()
	turn := t.turn
	t.stop = t.after(stay, func() { t.expire(turn) })
}

// afterOnUI calls f on the goroutine of the user interface after a while,
// unless it is stopped before.
func afterOnUI(d time.Duration, f func()) (stop func() bool) {
	return time.AfterFunc(d, func() { fyne.Do(f) }).Stop
}

func (t *Toasts) expire(turn int) {
	if turn == t.turn {
		t.Dismiss()
	}
}

func (t *Toasts) setShown(shown bool) {
	draw.SetVisible(t.back, shown)
	draw.SetVisible(t.text.Object, shown)
	draw.SetVisible(t.action, shown && t.action.text.FullText != "")
}

// MinSize asks for no room: toasts use what others have.
func (t *Toasts) MinSize() fyne.Size { return fyne.Size{} }

// CreateRenderer is called by the toolkit.
func (t *Toasts) CreateRenderer() fyne.WidgetRenderer {
	return &draw.Renderer{Content: []fyne.CanvasObject{t.back, t.text.Object, t.action}, Arrange: t.arrange, Minimum: t.MinSize, Repaint: t.paint, Widget: t}
}

func (t *Toasts) arrange(size fyne.Size) {
	height := theme.Grid(11)
	action := float32(0)
	if t.action.Visible() {
		action = t.action.MinSize().Width
	}
	sides := theme.Grid(8)
	words := fyne.MeasureText(t.text.FullText, theme.Size(draw.SizeText), fyne.TextStyle{}).Width + 1
	words = max(min(words, size.Width-theme.Grid(8)-sides-action), 0)
	width := words + sides + action
	at := fyne.NewPos(draw.Snap((size.Width-width)/2), size.Height-height-theme.Grid(14))

	t.back.Resize(fyne.NewSize(width, height))
	t.back.Move(at)
	t.text.Place(at.AddXY(theme.Grid(4), (height-t.text.Height)/2), words)
	t.action.Resize(fyne.NewSize(action, theme.Grid(8)))
	t.action.Move(at.AddXY(width-action-theme.Grid(1.5), theme.Grid(1.5)))
}

func (t *Toasts) paint() {
	t.back.FillColor = theme.Color(theme.ColorToast)
	t.back.CornerRadius = theme.Grid(2)
	t.text.Restyle()
}

// toastAction is the button of a toast: a word in the toast's own accent.
type toastAction struct {
	widget.BaseWidget
	pointed
	onTap func()
	back  *canvas.Rectangle
	text  *draw.Label
}

var (
	_ desktop.Hoverable  = (*toastAction)(nil)
	_ desktop.Cursorable = (*toastAction)(nil)
)

func newToastAction() *toastAction {
	a := &toastAction{back: &canvas.Rectangle{}, text: draw.NewLabel(draw.SizeText, theme.ColorToastAction)}
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

// Tapped is called by the toolkit.
func (a *toastAction) Tapped(*fyne.PointEvent) { call(a.onTap) }

// MinSize is room for the word.
func (a *toastAction) MinSize() fyne.Size {
	width := fyne.MeasureText(a.text.FullText, theme.Size(draw.SizeText), a.text.Object.TextStyle).Width
	return fyne.NewSize(width+theme.Grid(5), theme.Grid(8))
}

// CreateRenderer is called by the toolkit.
func (a *toastAction) CreateRenderer() fyne.WidgetRenderer {
	return &draw.Renderer{Content: []fyne.CanvasObject{a.back, a.text.Object}, Arrange: a.arrange, Minimum: a.MinSize, Repaint: a.paint, Widget: a}
}

func (a *toastAction) arrange(size fyne.Size) {
	a.back.Resize(size)
	height := a.text.Height
	a.text.Place(fyne.NewPos(0, (size.Height-height)/2), size.Width)
}

func (a *toastAction) paint() {
	draw.SetVisible(a.back, a.hovered)
	a.back.FillColor = theme.Color(fynetheme.ColorNamePressed)
	a.back.CornerRadius = theme.Grid(1.5)
	a.text.Restyle()
}
