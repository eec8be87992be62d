package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"

	"github.com/ferryapp/ferry/widgets/draw"
	"github.com/ferryapp/ferry/widgets/theme"
)

// Bar is a thin progress bar of two parts: what has been acknowledged, solid,
// and what is on its way, lighter. It shows what it is told, without animation;
// that it never goes back is the business of who tells it.
type Bar struct {
	widget.BaseWidget
	acked, sent float64
	tone        theme.Tone
	track       *canvas.Rectangle
	flight      *canvas.Rectangle
	solid       *canvas.Rectangle
}

// NewBar makes an empty bar.
func NewBar() *Bar {
	b := &Bar{track: &canvas.Rectangle{}, flight: &canvas.Rectangle{}, solid: &canvas.Rectangle{}}
	b.paint()
	b.ExtendBaseWidget(b)
	return b
}

// Set shows how much of the whole has been acknowledged and how much has been
// sent, both from 0 to 1, in a tone.
func (b *Bar) Set(acked, sent float64, tone theme.Tone) {
	b.acked, b.sent = within(acked), max(within(acked), within(sent))
	b.arrange(b.Size())
	if tone != b.tone {
		b.tone = tone
		b.Refresh()
	}
}

func within(part float64) float64 { return min(max(part, 0), 1) }

// MinSize is as high as the theme's bar.
func (b *Bar) MinSize() fyne.Size {
	return fyne.NewSize(theme.Grid(8), theme.Size(theme.SizeBar))
}

// CreateRenderer is called by the toolkit.
func (b *Bar) CreateRenderer() fyne.WidgetRenderer {
	return &draw.Renderer{Content: []fyne.CanvasObject{b.track, b.flight, b.solid}, Arrange: b.arrange, Minimum: b.MinSize, Repaint: b.paint, Widget: b}
}

func (b *Bar) arrange(size fyne.Size) {
	stretch(b.track, size.Width, size.Height)
	stretch(b.flight, partOf(size, b.sent), size.Height)
	stretch(b.solid, partOf(size, b.acked), size.Height)
}

// partOf is a part of the width in whole units. Something is never shown as
// nothing, and not quite all never as all.
func partOf(size fyne.Size, part float64) float32 {
	switch width := draw.Snap(size.Width * float32(part)); {
	case part <= 0:
		return 0
	case part >= 1:
		return size.Width
	default:
		return min(max(width, size.Height), size.Width-1)
	}
}

func stretch(r *canvas.Rectangle, width, height float32) {
	size := fyne.NewSize(width, height)
	if r.Size() == size {
		return
	}
	draw.SetVisible(r, width > 0)
	r.CornerRadius = height / 2
	r.Resize(size)
}

func (b *Bar) paint() {
	solid, flight := barColors(b.tone)
	b.track.FillColor = theme.Color(theme.ColorTrack)
	b.flight.FillColor = theme.Color(flight)
	b.solid.FillColor = theme.Color(solid)
}

func barColors(tone theme.Tone) (solid, flight fyne.ThemeColorName) {
	switch tone {
	case theme.Muted:
		return theme.ColorPaused, theme.ColorTrack
	case theme.Active:
		return theme.ColorAccent, theme.ColorInFlight
	case theme.Warning:
		return theme.ColorWarningBar, theme.ColorTrack
	case theme.Error:
		return theme.ColorErrorBar, theme.ColorTrack
	default:
		return theme.ColorSuccess, theme.ColorTrack
	}
}
