package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	fynetheme "fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/ferryapp/ferry/widgets/draw"
	"github.com/ferryapp/ferry/widgets/theme"
)

// SmallButton is a button without background, with an icon and small text.
type SmallButton struct {
	widget.BaseWidget
	clickable
	onTap    func()
	tooltips *Tooltips
	compact  bool // without text

	background *canvas.Rectangle
	icon       *draw.Icon
	text       *draw.Label
}

var (
	_ fyne.Focusable     = (*SmallButton)(nil)
	_ desktop.Hoverable  = (*SmallButton)(nil)
	_ desktop.Cursorable = (*SmallButton)(nil)
)

// NewSmallButton returns a button. In compact form its text is shown as a tooltip.
func NewSmallButton(name theme.IconName, tooltips *Tooltips, tapped func()) *SmallButton {
	b := &SmallButton{
		onTap: tapped, tooltips: tooltips,
		background: &canvas.Rectangle{}, icon: draw.NewIcon(), text: draw.NewLabel(draw.SizeCaption, theme.ColorMuted),
	}
	b.icon.Set(name, theme.ColorMuted)
	b.repaint = b.Refresh
	b.paint()
	b.ExtendBaseWidget(b)
	return b
}

// Set changes text and tone.
func (b *SmallButton) Set(text string, tone theme.Tone) {
	if text == b.text.FullText && tone.Color() == b.text.Color {
		return
	}
	b.text.Set(text, tone.Color())
	b.icon.Set(b.icon.Name, tone.Color())
	b.Refresh()
}

// SetCompact hides or shows the text.
func (b *SmallButton) SetCompact(compact bool) {
	if compact != b.compact {
		b.compact = compact
		b.Refresh()
	}
}

// Text returns the text.
func (b *SmallButton) Text() string { return b.text.FullText }

// Tapped implements [fyne.Tappable].
func (b *SmallButton) Tapped(*fyne.PointEvent) {
	b.tooltips.Dismiss()
	call(b.onTap)
}

// TypedKey implements [fyne.Focusable]. Keys that do not press the button are
// passed to the window.
func (b *SmallButton) TypedKey(e *fyne.KeyEvent) {
	pressOrForward(b, e)
}

// MouseIn implements [desktop.Hoverable].
func (b *SmallButton) MouseIn(e *desktop.MouseEvent) {
	b.hoverable.MouseIn(e)
	if b.compact {
		b.tooltips.ShowFor(b, b.text.FullText)
	}
}

// MouseOut implements [desktop.Hoverable].
func (b *SmallButton) MouseOut() {
	b.hoverable.MouseOut()
	b.tooltips.HideFor(b)
}

// MinSize returns the size of icon and text, or of the icon in compact form.
func (b *SmallButton) MinSize() fyne.Size {
	if b.compact {
		return fyne.NewSquareSize(theme.Grid(7))
	}
	return fyne.NewSize(draw.Snap(b.textWidth()+theme.Size(theme.SizeMark)+theme.Grid(5.5)), theme.Grid(7))
}

func (b *SmallButton) textWidth() float32 {
	return fyne.MeasureText(b.text.FullText, theme.Size(draw.SizeCaption), fyne.TextStyle{}).Width + 1
}

// CreateRenderer implements [fyne.Widget].
func (b *SmallButton) CreateRenderer() fyne.WidgetRenderer {
	objects := []fyne.CanvasObject{b.background, b.icon.Object, b.text.Object}
	return draw.NewRenderer(draw.Renderer{Content: objects, Arrange: b.arrange, Minimum: b.MinSize, Repaint: b.paint, Widget: b})
}

func (b *SmallButton) arrange(size fyne.Size) {
	iconSize := theme.Size(theme.SizeMark)
	b.background.Resize(size)
	draw.SetVisible(b.text.Object, !b.compact)
	if b.compact {
		b.icon.Place(fyne.NewPos(size.Width/2, size.Height/2), iconSize)
		return
	}
	b.icon.Place(fyne.NewPos(theme.Grid(2)+iconSize/2, size.Height/2), iconSize)
	b.text.Place(fyne.NewPos(theme.Grid(3.5)+iconSize, (size.Height-b.text.Height)/2), b.textWidth())
}

func (b *SmallButton) paint() {
	b.background.CornerRadius = theme.Grid(1.5)
	b.background.FillColor, b.background.StrokeColor, b.background.StrokeWidth = nil, nil, 0
	if b.hovered {
		b.background.FillColor = theme.Color(fynetheme.ColorNameHover)
	}
	if b.focused {
		b.background.StrokeColor, b.background.StrokeWidth = theme.Color(theme.ColorAccent), 1.5
	}
	b.text.Restyle()
	b.icon.Object.Refresh()
}
