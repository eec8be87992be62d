package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"

	"github.com/ferryapp/ferry/widgets/draw"
	"github.com/ferryapp/ferry/widgets/theme"
)

// Bar is a thin progress bar that shows what was sent, with a mark at what the server has
// acknowledged. It is not animated.
type Bar struct {
	widget.BaseWidget
	acked, sent float64
	tone        theme.Tone
	track       *canvas.Rectangle
	sentBar     *canvas.Rectangle
	mark        *canvas.Rectangle // ends at the acknowledged fraction; hidden if that is all that was sent
}

// markWidth is the width of the mark, in steps of the grid.
const markWidth = 0.5

// NewBar returns an empty bar.
func NewBar() *Bar {
	b := &Bar{track: &canvas.Rectangle{}, sentBar: &canvas.Rectangle{}, mark: &canvas.Rectangle{}}
	b.paint()
	b.ExtendBaseWidget(b)
	return b
}

// Set sets the acknowledged and sent fractions of the whole, from 0 to 1, and the
// tone.
func (b *Bar) Set(acked, sent float64, tone theme.Tone) {
	b.acked, b.sent = clamp(acked), max(clamp(acked), clamp(sent))
	b.arrange(b.Size())
	if tone != b.tone {
		b.tone = tone
		b.Refresh()
	}
}

func clamp(fraction float64) float64 { return min(max(fraction, 0), 1) }

// MinSize returns the height of the theme's progress bar and a minimum width.
func (b *Bar) MinSize() fyne.Size {
	return fyne.NewSize(theme.Grid(8), theme.Size(theme.SizeBar))
}

// CreateRenderer implements [fyne.Widget].
func (b *Bar) CreateRenderer() fyne.WidgetRenderer {
	objects := []fyne.CanvasObject{b.track, b.sentBar, b.mark}
	return draw.NewRenderer(draw.Renderer{Content: objects, Arrange: b.arrange, Minimum: b.MinSize, Repaint: b.paint, Widget: b})
}

func (b *Bar) arrange(size fyne.Size) {
	resizeBar(b.track, size.Width, size.Height)
	resizeBar(b.sentBar, widthOf(size, b.sent), size.Height)
	b.arrangeMark(size)
}

// arrangeMark places the mark. It is hidden if it would touch an end of the sent part.
func (b *Bar) arrangeMark(size fyne.Size) {
	width := max(draw.Snap(theme.Grid(markWidth)), 1)
	at, sent := widthOf(size, b.acked), widthOf(size, b.sent)
	draw.SetVisible(b.mark, at > 2*size.Height && at+size.Height <= sent)
	b.mark.Resize(fyne.NewSize(width, size.Height))
	b.mark.Move(fyne.NewPos(at-width, 0))
}

// widthOf returns the width of a fraction of a bar in whole units. A fraction above
// 0 is visible, and one below 1 is not full width.
func widthOf(size fyne.Size, fraction float64) float32 {
	switch width := draw.Snap(size.Width * float32(fraction)); {
	case fraction <= 0:
		return 0
	case fraction >= 1:
		return size.Width
	default:
		return min(max(width, size.Height), size.Width-1)
	}
}

func resizeBar(r *canvas.Rectangle, width, height float32) {
	size := fyne.NewSize(width, height)
	if r.Size() == size {
		return
	}
	draw.SetVisible(r, width > 0)
	r.CornerRadius = height / 2
	r.Resize(size)
}

func (b *Bar) paint() {
	b.track.FillColor = theme.Color(theme.ColorTrack)
	b.sentBar.FillColor = theme.Color(b.tone.Color())
	b.mark.FillColor = theme.Color(theme.ColorSurface)
}
