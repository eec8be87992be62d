package widgets

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"github.com/ferryapp/ferry/widgets/draw"
	"github.com/ferryapp/ferry/widgets/theme"
)

// hintDelay is how long the pointer rests on something before it is explained.
const hintDelay = 600 * time.Millisecond

// Hints says what a button without words does, or the whole of what is shortened,
// as long as the pointer rests on it. It lies over everything else, needs all the
// room there, and takes no click. A nil Hints says nothing.
type Hints struct {
	widget.BaseWidget
	back  *canvas.Rectangle
	text  *draw.Label
	about fyne.CanvasObject // what is pointed at; nil for nothing

	after func(time.Duration, func()) (stop func() bool)
	stop  func() bool
}

// NewHints makes a place for hints, with none.
func NewHints() *Hints {
	h := &Hints{back: &canvas.Rectangle{}, text: draw.NewLabel(draw.SizeCaption, theme.ColorOnToast), after: afterOnUI}
	h.paint()
	h.setShown(false)
	h.ExtendBaseWidget(h)
	return h
}

// Text is what is being said, or nothing.
func (h *Hints) Text() string {
	if !h.back.Visible() {
		return ""
	}
	return h.text.FullText
}

// Dismiss takes the hint away, until something else is pointed at.
func (h *Hints) Dismiss() {
	if h == nil {
		return
	}
	h.about = nil
	if h.stop != nil {
		h.stop()
		h.stop = nil
	}
	if h.back.Visible() {
		h.setShown(false)
		canvas.Refresh(h)
	}
}

// Explain explains an object from now on, after a moment.
func (h *Hints) Explain(about fyne.CanvasObject, text string) {
	if h == nil || about == h.about {
		return
	}
	h.Dismiss()
	h.about = about
	h.stop = h.after(hintDelay, func() { h.say(about, text) })
}

// Leave takes back what Explain said of an object.
func (h *Hints) Leave(about fyne.CanvasObject) {
	if h != nil && h.about == about {
		h.Dismiss()
	}
}

func (h *Hints) say(about fyne.CanvasObject, text string) {
	if h.about != about || !about.Visible() {
		return
	}
	h.text.Set(text, theme.ColorOnToast)
	h.setShown(true)
	h.Refresh()
}

func (h *Hints) setShown(shown bool) {
	draw.SetVisible(h.back, shown)
	draw.SetVisible(h.text.Object, shown)
}

// MinSize asks for no room: hints use what others have.
func (h *Hints) MinSize() fyne.Size { return fyne.Size{} }

// CreateRenderer is called by the toolkit.
func (h *Hints) CreateRenderer() fyne.WidgetRenderer {
	return &draw.Renderer{Content: []fyne.CanvasObject{h.back, h.text.Object}, Arrange: h.arrange, Minimum: h.MinSize, Repaint: h.paint, Widget: h}
}

// Arrange puts the hint under what it is about, or over it where there is no
// room, and inside the window.
func (h *Hints) arrange(size fyne.Size) {
	if h.about == nil || !h.back.Visible() {
		return
	}
	driver := fyne.CurrentApp().Driver()
	at := driver.AbsolutePositionForObject(h.about).Subtract(driver.AbsolutePositionForObject(h))
	words := fyne.MeasureText(h.text.FullText, theme.Size(draw.SizeCaption), fyne.TextStyle{}).Width + 1
	words = min(words, size.Width-theme.Grid(6))
	width, height := words+theme.Grid(4), h.text.Height+theme.Grid(2.5)
	x := max(min(at.X+(h.about.Size().Width-width)/2, size.Width-width-theme.Grid(1)), theme.Grid(1))
	y := at.Y + h.about.Size().Height + theme.Grid(1)
	if y+height > size.Height {
		y = at.Y - height - theme.Grid(1)
	}
	place := fyne.NewPos(draw.Snap(x), draw.Snap(y))
	h.back.Resize(fyne.NewSize(width, height))
	h.back.Move(place)
	h.text.Place(place.AddXY(theme.Grid(2), (height-h.text.Height)/2), words)
}

func (h *Hints) paint() {
	h.back.FillColor = theme.Color(theme.ColorToast)
	h.back.CornerRadius = theme.Grid(1.5)
	h.text.Restyle()
}

// IconButton is a button without words, which hints say instead.
type IconButton struct {
	widget.Button
	hints *Hints
	hint  string
}

var _ desktop.Hoverable = (*IconButton)(nil)

// NewIconButton makes a quiet button of an icon. The hint says what it does.
func NewIconButton(icon theme.IconName, hints *Hints, hint string, tapped func()) *IconButton {
	b := &IconButton{hints: hints, hint: hint}
	b.Icon, b.Importance, b.OnTapped = theme.Icon(icon), widget.LowImportance, tapped
	b.ExtendBaseWidget(b)
	return b
}

// Set shows another icon, with another hint.
func (b *IconButton) Set(icon theme.IconName, hint string) {
	b.hint = hint
	b.SetIcon(theme.Icon(icon))
}

// MouseIn is called by the toolkit.
func (b *IconButton) MouseIn(e *desktop.MouseEvent) {
	b.Button.MouseIn(e)
	b.hints.Explain(b, b.hint)
}

// MouseOut is called by the toolkit.
func (b *IconButton) MouseOut() {
	b.Button.MouseOut()
	b.hints.Leave(b)
}

// Tapped is called by the toolkit.
func (b *IconButton) Tapped(e *fyne.PointEvent) {
	b.hints.Dismiss()
	b.Button.Tapped(e)
}
