package widgets

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"

	"github.com/ferryapp/ferry/widgets/draw"
	"github.com/ferryapp/ferry/widgets/theme"
)

// tooltipDelay is how long the pointer must be over an object before its tooltip is
// shown.
const tooltipDelay = 600 * time.Millisecond

// Hints shows tooltips, one at a time: the label of a button without text, or the
// full form of a shortened text. It covers the whole window and handles no taps. A
// nil *Hints shows nothing.
type Hints struct {
	widget.BaseWidget
	background *canvas.Rectangle
	text       *draw.Label
	target     fyne.CanvasObject // the object below the pointer, or nil

	after     func(time.Duration, func()) (stop func() bool)
	stopTimer func() bool
}

// NewHints returns an area for tooltips that shows none.
func NewHints() *Hints {
	h := &Hints{background: &canvas.Rectangle{}, text: draw.NewLabel(draw.SizeCaption, theme.ColorOnToast), after: afterOnUI}
	h.paint()
	h.setVisible(false)
	h.ExtendBaseWidget(h)
	return h
}

// Text returns the text of the visible tooltip, or "".
func (h *Hints) Text() string {
	if !h.background.Visible() {
		return ""
	}
	return h.text.FullText
}

// Dismiss hides the tooltip until the pointer enters an object.
func (h *Hints) Dismiss() {
	if h == nil {
		return
	}
	h.target = nil
	if h.stopTimer != nil {
		h.stopTimer()
		h.stopTimer = nil
	}
	if h.background.Visible() {
		h.setVisible(false)
		canvas.Refresh(h)
	}
}

// Explain shows a tooltip for an object after a delay. It is called when the
// pointer enters the object.
func (h *Hints) Explain(target fyne.CanvasObject, text string) {
	if h == nil || target == h.target {
		return
	}
	h.Dismiss()
	h.target = target
	h.stopTimer = h.after(tooltipDelay, func() { h.show(target, text) })
}

// Leave hides the tooltip of an object. It is called when the pointer leaves the
// object.
func (h *Hints) Leave(target fyne.CanvasObject) {
	if h != nil && h.target == target {
		h.Dismiss()
	}
}

func (h *Hints) show(target fyne.CanvasObject, text string) {
	if h.target != target || !target.Visible() {
		return
	}
	h.text.Set(text, theme.ColorOnToast)
	h.setVisible(true)
	h.Refresh()
}

func (h *Hints) setVisible(visible bool) {
	draw.SetVisible(h.background, visible)
	draw.SetVisible(h.text.Object, visible)
}

// MinSize returns zero: tooltips are shown above other content.
func (h *Hints) MinSize() fyne.Size { return fyne.Size{} }

// CreateRenderer implements [fyne.Widget].
func (h *Hints) CreateRenderer() fyne.WidgetRenderer {
	objects := []fyne.CanvasObject{h.background, h.text.Object}
	return &draw.Renderer{Content: objects, Arrange: h.arrange, Minimum: h.MinSize, Repaint: h.paint, Widget: h}
}

// arrange places the tooltip below its object, or above it if there is not enough
// space, within the window.
func (h *Hints) arrange(size fyne.Size) {
	if h.target == nil || !h.background.Visible() {
		return
	}
	driver := fyne.CurrentApp().Driver()
	at := driver.AbsolutePositionForObject(h.target).Subtract(driver.AbsolutePositionForObject(h))
	text := fyne.MeasureText(h.text.FullText, theme.Size(draw.SizeCaption), fyne.TextStyle{}).Width + 1
	text = min(text, size.Width-theme.Grid(6))
	width, height := text+theme.Grid(4), h.text.Height+theme.Grid(2.5)
	x := max(min(at.X+(h.target.Size().Width-width)/2, size.Width-width-theme.Grid(1)), theme.Grid(1))
	y := at.Y + h.target.Size().Height + theme.Grid(1)
	if y+height > size.Height {
		y = at.Y - height - theme.Grid(1)
	}
	topLeft := fyne.NewPos(draw.Snap(x), draw.Snap(y))
	h.background.Resize(fyne.NewSize(width, height))
	h.background.Move(topLeft)
	h.text.Place(topLeft.AddXY(theme.Grid(2), (height-h.text.Height)/2), text)
}

func (h *Hints) paint() {
	h.background.FillColor = theme.Color(theme.ColorToast)
	h.background.CornerRadius = theme.Grid(1.5)
	h.text.Restyle()
}
