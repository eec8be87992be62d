package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"github.com/ferryapp/ferry/widgets/theme"
)

// Paragraph is a text of some lines, broken at the width that it has. Unlike the
// toolkit's label it has no space of its own around it, so that it stands in line
// with whatever is above and below.
type Paragraph struct {
	widget.BaseWidget
	words *passage
}

// NewParagraph makes a paragraph in the colour of all text.
func NewParagraph(text string) *Paragraph {
	p := &Paragraph{words: newPassage(text, nameSize, theme.ColorText)}
	p.ExtendBaseWidget(p)
	return p
}

// Text is what it says.
func (p *Paragraph) Text() string { return p.words.text }

// SetText says something else. The paragraph may need another height from then on.
func (p *Paragraph) SetText(text string) {
	if text != p.words.text {
		p.words.set(text)
		p.Refresh()
	}
}

// Say says something in a tone, as SetText does.
func (p *Paragraph) Say(text string, tone theme.Tone) {
	if text != p.words.text || tone.Color() != p.words.color {
		p.words.text, p.words.color = text, tone.Color()
		p.Refresh()
	}
}

// HeightAt is the height at a width.
func (p *Paragraph) HeightAt(width float32) float32 { return p.words.heightAt(width) }

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
	return &arranged{
		objects: p.words.objects(), least: p.MinSize, repaint: p.words.restyle, widget: p,
		arrange: func(size fyne.Size) {
			if size.Width > 0 {
				p.words.place(0, size.Width)
			}
		},
	}
}
