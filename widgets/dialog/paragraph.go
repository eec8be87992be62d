package dialog

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"github.com/ferryapp/ferry/widgets/draw"
	"github.com/ferryapp/ferry/widgets/theme"
)

// Paragraph is text that is wrapped at the paragraph's width. Unlike a
// widget.Label it has no padding, so that it aligns with other objects.
type Paragraph struct {
	widget.BaseWidget
	text *draw.WrappedText
}

// NewParagraph returns a paragraph in the colour of text.
func NewParagraph(text string) *Paragraph {
	p := &Paragraph{text: draw.NewWrappedText(text, draw.SizeText, theme.ColorText)}
	p.ExtendBaseWidget(p)
	return p
}

// Text returns the text.
func (p *Paragraph) Text() string { return p.text.Text }

// Color returns the colour of the text.
func (p *Paragraph) Color() fyne.ThemeColorName { return p.text.Color }

// SetText changes the text, which can change the height of the paragraph.
func (p *Paragraph) SetText(text string) {
	if text != p.text.Text {
		p.text.Text = text
		p.Refresh()
	}
}

// Set changes text and colour, which can change the height of the paragraph.
func (p *Paragraph) Set(text string, tone theme.Tone) {
	if text != p.text.Text || tone.Color() != p.text.Color {
		p.text.Text, p.text.Color = text, tone.Color()
		p.Refresh()
	}
}

// HeightAt returns the height at a width.
func (p *Paragraph) HeightAt(width float32) float32 { return p.text.HeightAt(width) }

// MinSize returns the height at the current width, and a minimum width. Layouts
// that know the width use HeightAt.
func (p *Paragraph) MinSize() fyne.Size {
	width := p.Size().Width
	if width == 0 {
		width = theme.Grid(60)
	}
	return fyne.NewSize(theme.Grid(50), p.HeightAt(width))
}

// CreateRenderer implements [fyne.Widget].
func (p *Paragraph) CreateRenderer() fyne.WidgetRenderer {
	return draw.NewRenderer(draw.Renderer{
		Content: p.text.Objects(), Minimum: p.MinSize, Repaint: p.text.Restyle, Widget: p,
		Arrange: func(size fyne.Size) {
			if size.Width > 0 {
				p.text.Place(0, size.Width)
			}
		},
	})
}
