package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"

	"github.com/ferryapp/ferry/widgets/draw"
	"github.com/ferryapp/ferry/widgets/theme"
)

// BannerModel is the content of a [Banner].
type BannerModel struct {
	Icon    theme.IconName
	Tone    theme.Tone
	Text    string
	Buttons []BannerButton // the first one is highlighted
	// OnDismiss is called by the close button. If it is nil, there is no close
	// button.
	OnDismiss    func()
	DismissLabel string // of the close button, for screen readers
}

// BannerButton is an action of a banner.
type BannerButton struct {
	Label    string
	OnTapped func()
	Quiet    bool // not highlighted even if it is the first button
}

// maxBannerLines is the maximum number of lines of a banner's text.
const maxBannerLines = 3

// Banner is a message across the width of the window, with buttons. In a narrow
// window its text is wrapped, and its buttons are below the text.
type Banner struct {
	widget.BaseWidget
	model      BannerModel
	background *canvas.Rectangle
	icon       *draw.Icon
	lines      [maxBannerLines]*draw.Label
	buttons    *fyne.Container
	dismiss    *IconButton
	height     float32 // at the last layout
}

// NewBanner returns a banner.
func NewBanner(model BannerModel) *Banner {
	b := &Banner{
		background: &canvas.Rectangle{},
		icon:       draw.NewIcon(),
		buttons:    &fyne.Container{},
	}
	for i := range b.lines {
		b.lines[i] = draw.NewLabel(draw.SizeText, theme.ColorText)
	}
	b.dismiss = NewIconButton(theme.IconCancel, nil, "", func() { call(b.model.OnDismiss) })
	b.setModel(model)
	b.paint()
	b.ExtendBaseWidget(b)
	return b
}

// SetModel replaces the content.
func (b *Banner) SetModel(model BannerModel) {
	b.setModel(model)
	b.Refresh()
}

func (b *Banner) setModel(model BannerModel) {
	b.model = model
	b.icon.Set(model.Icon, model.Tone.Color())
	b.buttons.Objects = nil
	for i, button := range model.Buttons {
		object := NewButton(button.Label, nil, button.OnTapped)
		object.Importance = widget.LowImportance
		if i == 0 && !button.Quiet {
			object.Importance = widget.HighImportance
		}
		b.buttons.Objects = append(b.buttons.Objects, object)
	}
	b.dismiss.tooltip = model.DismissLabel
	draw.SetVisible(b.dismiss, model.OnDismiss != nil)
}

// MinSize returns the height at the current width, and a minimum width.
func (b *Banner) MinSize() fyne.Size {
	return fyne.NewSize(theme.Grid(60), b.heightAt(b.Size().Width))
}

func (b *Banner) heightAt(width float32) float32 {
	height := b.textHeight(width)
	if b.stacked(width) {
		height += theme.Grid(10)
	}
	return height
}

// textHeight returns the height of the text with padding.
func (b *Banner) textHeight(width float32) float32 {
	return theme.Grid(12) + float32(len(b.wrap(width))-1)*b.lines[0].Height
}

// wrap returns the lines of the text at a width, or one line if width is 0.
func (b *Banner) wrap(width float32) []string {
	textWidth := b.textEnd(width) - b.textStart()
	if textWidth <= 0 {
		return []string{b.model.Text}
	}
	return draw.Wrap(b.model.Text, textWidth, theme.Size(draw.SizeText), fyne.TextStyle{}, maxBannerLines)
}

// CreateRenderer implements [fyne.Widget].
func (b *Banner) CreateRenderer() fyne.WidgetRenderer {
	objects := []fyne.CanvasObject{b.background, b.icon.Object}
	for _, line := range b.lines {
		objects = append(objects, line.Object)
	}
	objects = append(objects, b.buttons, b.dismiss)
	return draw.NewRenderer(draw.Renderer{Content: objects, Arrange: b.arrange, Minimum: b.MinSize, Repaint: b.paint, Widget: b})
}

// stacked reports whether the buttons are below the text.
func (b *Banner) stacked(width float32) bool {
	text := fyne.MeasureText(b.model.Text, theme.Size(draw.SizeText), fyne.TextStyle{}).Width
	return width > 0 && len(b.buttons.Objects) > 0 && b.textStart()+text+theme.Grid(3)+b.buttonsWidth() > b.textEnd(width)
}

func (b *Banner) textStart() float32 { return theme.Grid(4 + 5 + 3) }

// textEnd returns the left edge of the close button, or the right edge of the
// content if there is none.
func (b *Banner) textEnd(width float32) float32 {
	if b.model.OnDismiss == nil {
		return width - theme.Grid(4)
	}
	return width - theme.Grid(2) - b.dismiss.MinSize().Width
}

func (b *Banner) buttonsWidth() float32 {
	width := float32(0)
	for _, button := range b.buttons.Objects {
		width += button.MinSize().Width + theme.Grid(2)
	}
	return width
}

func (b *Banner) arrange(size fyne.Size) {
	if size.IsZero() {
		return
	}
	b.background.Resize(size)
	lineHeight := theme.Grid(12)
	end := b.textEnd(size.Width)
	if b.stacked(size.Width) {
		b.arrangeButtons(b.textStart(), b.textHeight(size.Width)-theme.Grid(2))
	} else {
		b.arrangeButtons(end-b.buttonsWidth(), (lineHeight-b.buttonHeight())/2)
	}
	b.icon.Place(fyne.NewPos(theme.Grid(4)+theme.Size(theme.SizeIcon)/2, lineHeight/2), theme.Size(theme.SizeIcon))
	b.arrangeText(size.Width)
	dismiss := b.dismiss.MinSize()
	b.dismiss.Resize(dismiss)
	b.dismiss.Move(fyne.NewPos(end, (lineHeight-dismiss.Height)/2))
	b.buttons.Resize(size)
	b.updateHeight(b.heightAt(size.Width))
}

func (b *Banner) arrangeText(width float32) {
	texts := b.wrap(width)
	at := fyne.NewPos(b.textStart(), (theme.Grid(12)-b.lines[0].Height)/2)
	for i, line := range b.lines {
		draw.SetVisible(line.Object, i < len(texts))
		if i < len(texts) {
			line.Set(texts[i], theme.ColorText)
			line.Place(at, b.textEnd(width)-b.textStart())
			at.Y += line.Height
		}
	}
}

// updateHeight requests a layout of the window if the height has changed. Layouts
// use the minimum height from before the width was known.
func (b *Banner) updateHeight(height float32) {
	if height == b.height {
		return
	}
	b.height = height
	fyne.Do(func() {
		if c := fyne.CurrentApp().Driver().CanvasForObject(b); c != nil && c.Content() != nil {
			c.Content().Refresh()
		}
	})
}

func (b *Banner) arrangeButtons(x, y float32) {
	for _, button := range b.buttons.Objects {
		button.Resize(fyne.NewSize(button.MinSize().Width, b.buttonHeight()))
		button.Move(fyne.NewPos(x, y))
		x += button.Size().Width + theme.Grid(2)
	}
}

func (b *Banner) buttonHeight() float32 { return theme.Grid(8) }

func (b *Banner) paint() {
	b.background.FillColor = theme.Color(b.model.Tone.Soft())
	for _, line := range b.lines {
		line.Restyle()
	}
	b.icon.Object.Refresh()
}
