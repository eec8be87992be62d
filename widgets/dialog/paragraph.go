package dialog

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"github.com/ferryapp/ferry/widgets/draw"
	"github.com/ferryapp/ferry/widgets/theme"
)

// Paragraph is a text of some lines, broken at the width that it has. Unlike the
// toolkit's label it has no space of its own around it, so that it stands in line
// with whatever is above and below.
type Paragraph struct {
	widget.BaseWidget
	words *draw.WrappedText
}

// NewParagraph makes a paragraph in the colour of all text.
func NewParagraph(text string) *Paragraph {
	p := &Paragraph{words: draw.NewWrappedText(text, draw.SizeText, theme.ColorText)}
	p.ExtendBaseWidget(p)
	return p
}

// Text is what it says.
func (p *Paragraph) Text() string { return p.words.Text }

// SetText says something else. The paragraph may need another height from then on.
func (p *Paragraph) SetText(text string) {
	if text != p.words.Text {
		p.words.Set(text)
		p.Refresh()
	}
}

// Say says something in a tone, as SetText does.
func (p *Paragraph) Say(text string, tone theme.Tone) {
	if text != p.words.Text || tone.Color() != p.words.Color {
		p.words.Text, p.words.Color = text, tone.Color()
		p.Refresh()
	}
}

// HeightAt is the height at a width.
func (p *Paragraph) HeightAt(width float32) float32 { return p.words.HeightAt(width) }

// MinSize is a few words; whoever lays paragraphs out asks HeightAt.
func (p *Paragraph) MinSize() fyne.Size {
	width := p.Size().Width
	if width == 0 {
		width = theme.Grid(60)
	}
	return fyne.NewSize(theme.Grid(50), p.HeightAt(width))
}

// CreateRenderer is called by the toolkit.
func (p *Paragraph) CreateRenderer() fyne.WidgetRenderer {
	return &draw.Renderer{
		Content: p.words.Objects(), Minimum: p.MinSize, Repaint: p.words.Restyle, Widget: p,
		Arrange: func(size fyne.Size) {
			if size.Width > 0 {
				p.words.Place(0, size.Width)
			}
		},
	}
}
