package widgets

import (
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"github.com/ferryapp/ferry/widgets/draw"
	"github.com/ferryapp/ferry/widgets/theme"
)

// tooltipDelay is how long the pointer must be over an object before its tooltip is
// shown.
const tooltipDelay = 600 * time.Millisecond

// maxTooltipWidth is the maximum width of the text in grid steps.
const maxTooltipWidth = 120

// Tooltips shows tooltips, one at a time: the label of a button without text, or the
// full form of a shortened text. It covers the whole window and handles no taps. A
// nil pointer shows nothing.
type Tooltips struct {
	widget.BaseWidget
	background *canvas.Rectangle
	text       *draw.WrappedText
	lines      *fyne.Container   // of the text
	target     fyne.CanvasObject // the object below the pointer, or nil
	wanted     string            // the text for it
	dismissed  fyne.CanvasObject // the object below the pointer whose tooltip was dismissed, or nil

	after     func(time.Duration, func()) (stop func() bool)
	stopTimer func() bool
}

// NewTooltips returns an area for tooltips that shows none.
func NewTooltips() *Tooltips {
	t := &Tooltips{background: &canvas.Rectangle{}, text: draw.NewWrappedText("", draw.SizeCaption, theme.ColorOnToast), after: draw.After}
	t.lines = container.NewWithoutLayout(t.text.Objects()...)
	t.paint()
	t.setVisible(false)
	t.ExtendBaseWidget(t)
	return t
}

// Text returns the text of the visible tooltip, or "".
func (t *Tooltips) Text() string {
	if !t.background.Visible() {
		return ""
	}
	return t.text.Text
}

// Dismiss hides the tooltip until the pointer enters an object, also if the text for the present
// one changes.
func (t *Tooltips) Dismiss() {
	if t == nil {
		return
	}
	if t.target != nil {
		t.dismissed, t.target = t.target, nil
	}
	if t.stopTimer != nil {
		t.stopTimer()
		t.stopTimer = nil
	}
	if t.background.Visible() {
		t.setVisible(false)
		canvas.Refresh(t)
	}
}

// ShowFor shows a tooltip for an object after a delay. It is called when the
// pointer enters the object, and when the text for it changes.
func (t *Tooltips) ShowFor(target fyne.CanvasObject, text string) {
	switch {
	case t == nil, target == t.dismissed:
	case target != t.target:
		t.Dismiss()
		t.target, t.wanted, t.dismissed = target, text, nil
		t.stopTimer = t.after(tooltipDelay, func() { t.show(target) })
	case text != t.wanted:
		t.wanted = text
		if t.background.Visible() {
			t.show(target)
		}
	}
}

// HideFor hides the tooltip of an object. It is called when the pointer leaves the
// object.
func (t *Tooltips) HideFor(target fyne.CanvasObject) {
	if t == nil {
		return
	}
	if t.target == target {
		t.Dismiss()
	}
	if t.dismissed == target {
		t.dismissed = nil
	}
}

func (t *Tooltips) show(target fyne.CanvasObject) {
	if t.target != target || !target.Visible() {
		return
	}
	t.text.Text = t.wanted
	t.setVisible(true)
	t.Refresh()
}

func (t *Tooltips) setVisible(visible bool) {
	draw.SetVisible(t.background, visible)
	draw.SetVisible(t.lines, visible)
}

// MinSize returns zero: tooltips are shown above other content.
func (t *Tooltips) MinSize() fyne.Size { return fyne.Size{} }

// CreateRenderer implements [fyne.Widget].
func (t *Tooltips) CreateRenderer() fyne.WidgetRenderer {
	objects := []fyne.CanvasObject{t.background, t.lines}
	return draw.NewRenderer(draw.Renderer{Content: objects, Arrange: t.arrange, Minimum: t.MinSize, Repaint: t.paint, Widget: t})
}

// arrange places the tooltip below its object, or above it if there is not enough
// space, within the window.
func (t *Tooltips) arrange(size fyne.Size) {
	if t.target == nil || !t.background.Visible() {
		return
	}
	driver := fyne.CurrentApp().Driver()
	at := driver.AbsolutePositionForObject(t.target).Subtract(driver.AbsolutePositionForObject(t))
	text := min(t.widest()+1, size.Width-theme.Grid(6), theme.Grid(maxTooltipWidth))
	width, height := text+theme.Grid(4), t.text.HeightAt(text)+theme.Grid(2.5)
	x := max(min(at.X+(t.target.Size().Width-width)/2, size.Width-width-theme.Grid(1)), theme.Grid(1))
	y := at.Y + t.target.Size().Height + theme.Grid(1)
	if y+height > size.Height {
		y = max(at.Y-height-theme.Grid(1), theme.Grid(1))
	}
	topLeft := fyne.NewPos(draw.Snap(x), draw.Snap(y))
	t.background.Resize(fyne.NewSize(width, height))
	t.background.Move(topLeft)
	t.lines.Move(topLeft.AddXY(theme.Grid(2), theme.Grid(1.25)))
	t.lines.Resize(fyne.NewSize(text, t.text.Place(0, text)))
}

// widest returns the width of the longest line.
func (t *Tooltips) widest() (width float32) {
	for line := range strings.SplitSeq(t.text.Text, "\n") {
		width = max(width, fyne.MeasureText(line, theme.Size(draw.SizeCaption), fyne.TextStyle{}).Width)
	}
	return width
}

func (t *Tooltips) paint() {
	t.background.FillColor = theme.Color(theme.ColorToast)
	t.background.CornerRadius = theme.Grid(1.5)
	t.text.Restyle()
}
