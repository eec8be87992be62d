package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"github.com/ferryapp/ferry/widgets/draw"
	"github.com/ferryapp/ferry/widgets/theme"
)

// FloatingButton is a small button above other content, with a background that is dark in
// the light theme, like that of [Toasts].
type FloatingButton struct {
	widget.BaseWidget
	clickable
	onTap      func()
	background *canvas.Rectangle
	text       *draw.Label
}

var (
	_ fyne.Focusable     = (*FloatingButton)(nil)
	_ desktop.Hoverable  = (*FloatingButton)(nil)
	_ desktop.Cursorable = (*FloatingButton)(nil)
)

// NewFloatingButton returns a button without text.
func NewFloatingButton(tapped func()) *FloatingButton {
	b := &FloatingButton{onTap: tapped, background: &canvas.Rectangle{}, text: draw.NewLabel(draw.SizeCaption, theme.ColorOnToast)}
	b.repaint = b.Refresh
	b.paint()
	b.ExtendBaseWidget(b)
	return b
}

// Text returns the text.
func (b *FloatingButton) Text() string { return b.text.FullText }

// SetText changes the text.
func (b *FloatingButton) SetText(text string) {
	if text != b.text.FullText {
		b.text.Set(text, theme.ColorOnToast)
		b.Refresh()
	}
}

// Tapped implements [fyne.Tappable].
func (b *FloatingButton) Tapped(*fyne.PointEvent) { call(b.onTap) }

// TypedKey implements [fyne.Focusable].
func (b *FloatingButton) TypedKey(e *fyne.KeyEvent) { pressOrForward(b, e) }

// MinSize returns the size of the text with padding.
func (b *FloatingButton) MinSize() fyne.Size {
	return fyne.NewSize(draw.Snap(b.textWidth()+theme.Grid(7)), theme.Grid(7.5))
}

func (b *FloatingButton) textWidth() float32 {
	return fyne.MeasureText(b.text.FullText, theme.Size(draw.SizeCaption), fyne.TextStyle{}).Width + 1
}

// CreateRenderer implements [fyne.Widget].
func (b *FloatingButton) CreateRenderer() fyne.WidgetRenderer {
	objects := []fyne.CanvasObject{b.background, b.text.Object}
	return draw.NewRenderer(draw.Renderer{Content: objects, Arrange: b.arrange, Minimum: b.MinSize, Repaint: b.paint, Widget: b})
}

func (b *FloatingButton) arrange(size fyne.Size) {
	b.background.Resize(size)
	width := b.textWidth()
	b.text.Place(fyne.NewPos((size.Width-width)/2, (size.Height-b.text.Height)/2), width)
}

func (b *FloatingButton) paint() {
	b.background.FillColor = theme.Color(theme.ColorToast)
	b.background.CornerRadius = b.MinSize().Height / 2
	b.background.StrokeColor, b.background.StrokeWidth = nil, 0
	if b.hovered || b.focused {
		b.background.StrokeColor, b.background.StrokeWidth = theme.Color(theme.ColorAccent), 1.5
	}
	b.text.Restyle()
}
