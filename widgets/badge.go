package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"

	"github.com/ferryapp/ferry/widgets/draw"
	"github.com/ferryapp/ferry/widgets/theme"
)

// Badge is a short text on a rounded background, in a tone.
type Badge struct {
	widget.BaseWidget
	tone       theme.Tone
	background *canvas.Rectangle
	text       *draw.Label
}

// NewBadge returns a badge.
func NewBadge(text string, tone theme.Tone) *Badge {
	b := &Badge{tone: tone, background: &canvas.Rectangle{}, text: draw.NewLabel(draw.SizeCaption, tone.Color())}
	b.text.Set(text, tone.Color())
	b.text.Object.Alignment = fyne.TextAlignCenter
	b.paint()
	b.ExtendBaseWidget(b)
	return b
}

// Set changes text and tone.
func (b *Badge) Set(text string, tone theme.Tone) {
	if text == b.text.FullText && tone == b.tone {
		return
	}
	b.tone = tone
	b.text.Set(text, tone.Color())
	b.Refresh()
}

// MinSize returns the size of the text with padding.
func (b *Badge) MinSize() fyne.Size {
	text := fyne.MeasureText(b.text.FullText, theme.Size(draw.SizeCaption), fyne.TextStyle{})
	height := text.Height + theme.Grid(1)
	return fyne.NewSize(max(text.Width+theme.Grid(4), height), height)
}

// CreateRenderer implements [fyne.Widget].
func (b *Badge) CreateRenderer() fyne.WidgetRenderer {
	objects := []fyne.CanvasObject{b.background, b.text.Object}
	return draw.NewRenderer(draw.Renderer{Content: objects, Arrange: b.arrange, Minimum: b.MinSize, Repaint: b.paint, Widget: b})
}

func (b *Badge) arrange(size fyne.Size) {
	b.background.Resize(size)
	b.background.CornerRadius = size.Height / 2
	b.text.Place(fyne.NewPos(0, (size.Height-b.text.Height)/2), size.Width)
}

func (b *Badge) paint() {
	b.background.FillColor = theme.Color(b.tone.Soft())
	b.text.Restyle()
}
