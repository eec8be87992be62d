package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"

	"github.com/ferryapp/ferry/widgets/draw"
	"github.com/ferryapp/ferry/widgets/theme"
)

// Badge is a word or a number on a rounded ground, in a tone.
type Badge struct {
	widget.BaseWidget
	tone theme.Tone
	back *canvas.Rectangle
	text *draw.Label
}

// NewBadge makes a badge.
func NewBadge(text string, tone theme.Tone) *Badge {
	b := &Badge{tone: tone, back: &canvas.Rectangle{}, text: draw.NewLabel(draw.SizeCaption, tone.Color())}
	b.text.Set(text, tone.Color())
	b.text.Object.Alignment = fyne.TextAlignCenter
	b.paint()
	b.ExtendBaseWidget(b)
	return b
}

// Set shows another text in another tone.
func (b *Badge) Set(text string, tone theme.Tone) {
	if text == b.text.FullText && tone == b.tone {
		return
	}
	b.tone = tone
	b.text.Set(text, tone.Color())
	b.Refresh()
}

// MinSize is room for the text.
func (b *Badge) MinSize() fyne.Size {
	text := fyne.MeasureText(b.text.FullText, theme.Size(draw.SizeCaption), fyne.TextStyle{})
	height := text.Height + theme.Grid(1)
	return fyne.NewSize(max(text.Width+theme.Grid(4), height), height)
}

// CreateRenderer is called by the toolkit.
func (b *Badge) CreateRenderer() fyne.WidgetRenderer {
	return &draw.Renderer{Content: []fyne.CanvasObject{b.back, b.text.Object}, Arrange: b.arrange, Minimum: b.MinSize, Repaint: b.paint, Widget: b}
}

func (b *Badge) arrange(size fyne.Size) {
	b.back.Resize(size)
	b.back.CornerRadius = size.Height / 2
	height := b.text.Height
	b.text.Place(fyne.NewPos(0, (size.Height-height)/2), size.Width)
}

func (b *Badge) paint() {
	b.back.FillColor = theme.Color(b.tone.Soft())
	b.text.Restyle()
}
