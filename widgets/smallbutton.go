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

// SmallButton is a quiet button of an icon and words, for a line of small text.
type SmallButton struct {
	widget.BaseWidget
	pointed
	onTap   func()
	hints   *Hints
	compact bool // without the words
	focused bool

	back *canvas.Rectangle
	icon *draw.Icon
	text *draw.Label
}

var (
	_ fyne.Focusable     = (*SmallButton)(nil)
	_ desktop.Hoverable  = (*SmallButton)(nil)
	_ desktop.Cursorable = (*SmallButton)(nil)
)

// NewSmallButton makes a button. Hints say the words where it has no room for them.
func NewSmallButton(name theme.IconName, hints *Hints, tapped func()) *SmallButton {
	b := &SmallButton{onTap: tapped, hints: hints, back: &canvas.Rectangle{}, icon: draw.NewIcon(), text: draw.NewLabel(draw.SizeCaption, theme.ColorMuted)}
	b.icon.Set(name, theme.ColorMuted)
	b.repaint = b.Refresh
	b.ExtendBaseWidget(b)
	return b
}

// Set says something else, in a tone. The same again costs nothing.
func (b *SmallButton) Set(text string, tone theme.Tone) {
	if text == b.text.FullText && tone.Color() == b.text.Color {
		return
	}
	b.text.Set(text, tone.Color())
	b.icon.Set(b.icon.Name, tone.Color())
	b.Refresh()
}

// SetCompact has it do without its words, or with them again.
func (b *SmallButton) SetCompact(compact bool) {
	if compact != b.compact {
		b.compact = compact
		b.Refresh()
	}
}

// Text is what it says.
func (b *SmallButton) Text() string { return b.text.FullText }

// Tapped is called by the toolkit.
func (b *SmallButton) Tapped(*fyne.PointEvent) {
	b.hints.Dismiss()
	call(b.onTap)
}

// FocusGained is called by the toolkit.
func (b *SmallButton) FocusGained() { b.focus(true) }

// FocusLost is called by the toolkit.
func (b *SmallButton) FocusLost() { b.focus(false) }

func (b *SmallButton) focus(focused bool) {
	b.focused = focused
	b.Refresh()
}

// TypedRune is called by the toolkit. Letters mean nothing here.
func (b *SmallButton) TypedRune(rune) {}

// TypedKey is called by the toolkit. A key that does not press it is for the window.
func (b *SmallButton) TypedKey(e *fyne.KeyEvent) {
	switch e.Name {
	case fyne.KeySpace, fyne.KeyReturn, fyne.KeyEnter:
		b.Tapped(nil)
	default:
		draw.ForwardKey(b, e)
	}
}

// MouseIn is called by the toolkit.
func (b *SmallButton) MouseIn(e *desktop.MouseEvent) {
	b.pointed.MouseIn(e)
	if b.compact {
		b.hints.Explain(b, b.text.FullText)
	}
}

// MouseOut is called by the toolkit.
func (b *SmallButton) MouseOut() {
	b.pointed.MouseOut()
	b.hints.Leave(b)
}

// MinSize is room for icon and words.
func (b *SmallButton) MinSize() fyne.Size {
	if b.compact {
		return fyne.NewSquareSize(theme.Grid(7))
	}
	return fyne.NewSize(draw.Snap(b.width()+theme.Size(theme.SizeMark)+theme.Grid(5.5)), theme.Grid(7))
}

func (b *SmallButton) width() float32 {
	return fyne.MeasureText(b.text.FullText, theme.Size(draw.SizeCaption), fyne.TextStyle{}).Width + 1
}

// CreateRenderer is called by the toolkit.
func (b *SmallButton) CreateRenderer() fyne.WidgetRenderer {
	objects := []fyne.CanvasObject{b.back, b.icon.Object, b.text.Object}
	return &draw.Renderer{Content: objects, Arrange: b.arrange, Minimum: b.MinSize, Repaint: b.paint, Widget: b}
}

func (b *SmallButton) arrange(size fyne.Size) {
	mark := theme.Size(theme.SizeMark)
	b.back.Resize(size)
	draw.SetVisible(b.text.Object, !b.compact)
	if b.compact {
		b.icon.Place(fyne.NewPos(size.Width/2, size.Height/2), mark)
		return
	}
	b.icon.Place(fyne.NewPos(theme.Grid(2)+mark/2, size.Height/2), mark)
	b.text.Place(fyne.NewPos(theme.Grid(3.5)+mark, (size.Height-b.text.Height)/2), b.width())
}

func (b *SmallButton) paint() {
	b.back.CornerRadius = theme.Grid(1.5)
	b.back.FillColor, b.back.StrokeColor, b.back.StrokeWidth = nil, nil, 0
	if b.hovered {
		b.back.FillColor = theme.Color(fynetheme.ColorNameHover)
	}
	if b.focused {
		b.back.StrokeColor, b.back.StrokeWidth = theme.Color(theme.ColorAccent), 1.5
	}
	b.text.Restyle()
	b.icon.Object.Refresh()
}
