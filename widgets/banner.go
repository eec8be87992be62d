package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"

	"github.com/ferryapp/ferry/widgets/draw"
	"github.com/ferryapp/ferry/widgets/theme"
)

// BannerModel is what a Banner says and offers.
type BannerModel struct {
	Icon    theme.IconName
	Tone    theme.Tone
	Text    string
	Buttons []BannerButton // the first is the recommended one
	// OnDismiss puts a cross at the end of the banner, which calls it. Without
	// it the banner stays until its cause is gone.
	OnDismiss func()
}

// BannerButton is one of the things to do about a banner.
type BannerButton struct {
	Label    string
	OnTapped func()
	Quiet    bool // it is not what is recommended, though it stands first
}

// bannerLines is how many lines a banner's text has at most.
const bannerLines = 3

// Banner is a message across the window, with what can be done about it. In a
// narrow window its text has several lines, and its buttons stand in one of their
// own.
type Banner struct {
	widget.BaseWidget
	model   BannerModel
	back    *canvas.Rectangle
	icon    *draw.Icon
	lines   [bannerLines]*draw.Label
	buttons *fyne.Container
	dismiss *widget.Button
	claimed float32 // the height that whoever lays the banner out has been told of
}

// NewBanner makes a banner.
func NewBanner(model BannerModel) *Banner {
	b := &Banner{
		back:    &canvas.Rectangle{},
		icon:    draw.NewIcon(),
		buttons: &fyne.Container{},
	}
	for i := range b.lines {
		b.lines[i] = draw.NewLabel(draw.SizeText, theme.ColorText)
	}
	b.dismiss = widget.NewButtonWithIcon("", theme.Icon(theme.IconCancel), func() { call(b.model.OnDismiss) })
	b.dismiss.Importance = widget.LowImportance
	b.fill(model)
	b.paint()
	b.ExtendBaseWidget(b)
	return b
}

// SetModel says something else.
func (b *Banner) SetModel(model BannerModel) {
	b.fill(model)
	b.Refresh()
}

func (b *Banner) fill(model BannerModel) {
	b.model = model
	b.icon.Set(model.Icon, model.Tone.Color())
	b.buttons.Objects = nil
	for i, button := range model.Buttons {
		object := widget.NewButton(button.Label, button.OnTapped)
		object.Importance = widget.LowImportance
		if i == 0 && !button.Quiet {
			object.Importance = widget.HighImportance
		}
		b.buttons.Objects = append(b.buttons.Objects, object)
	}
	draw.SetVisible(b.dismiss, model.OnDismiss != nil)
}

// MinSize is one line, or as many as the words need, and one more where the
// buttons do not fit beside them.
func (b *Banner) MinSize() fyne.Size {
	return fyne.NewSize(theme.Grid(60), b.heightAt(b.Size().Width))
}

func (b *Banner) heightAt(width float32) float32 {
	height := b.wordsHeight(width)
	if b.stacked(width) {
		height += theme.Grid(10)
	}
	return height
}

// wordsHeight is the room of the words and what is around them.
func (b *Banner) wordsHeight(width float32) float32 {
	return theme.Grid(12) + float32(len(b.wrapped(width))-1)*b.lines[0].Height
}

// wrapped are the lines of the words at a width; before it is known, one.
func (b *Banner) wrapped(width float32) []string {
	room := b.end(width) - b.textStart()
	if room <= 0 {
		return []string{b.model.Text}
	}
	return draw.Wrap(b.model.Text, room, theme.Size(draw.SizeText), fyne.TextStyle{}, bannerLines)
}

// CreateRenderer is called by the toolkit.
func (b *Banner) CreateRenderer() fyne.WidgetRenderer {
	objects := []fyne.CanvasObject{b.back, b.icon.Object}
	for _, line := range b.lines {
		objects = append(objects, line.Object)
	}
	objects = append(objects, b.buttons, b.dismiss)
	return &draw.Renderer{Content: objects, Arrange: b.arrange, Minimum: b.MinSize, Repaint: b.paint, Widget: b}
}

// stacked says whether the buttons need a line of their own at a width.
func (b *Banner) stacked(width float32) bool {
	words := fyne.MeasureText(b.model.Text, theme.Size(draw.SizeText), fyne.TextStyle{}).Width
	return width > 0 && len(b.buttons.Objects) > 0 && b.textStart()+words+theme.Grid(3)+b.buttonsWidth() > b.end(width)
}

func (b *Banner) textStart() float32 { return theme.Grid(4 + 5 + 3) }

// end is where the cross begins, or the right edge.
func (b *Banner) end(width float32) float32 {
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
	b.back.Resize(size)
	line := theme.Grid(12)
	end := b.end(size.Width)
	if b.stacked(size.Width) {
		b.arrangeButtons(b.textStart(), b.wordsHeight(size.Width)-theme.Grid(2))
	} else {
		b.arrangeButtons(end-b.buttonsWidth(), (line-b.buttonHeight())/2)
	}
	b.icon.Place(fyne.NewPos(theme.Grid(4)+theme.Size(theme.SizeIcon)/2, line/2), theme.Size(theme.SizeIcon))
	b.arrangeWords(size.Width)
	cross := b.dismiss.MinSize()
	b.dismiss.Resize(cross)
	b.dismiss.Move(fyne.NewPos(end, (line-cross.Height)/2))
	b.buttons.Resize(size)
	b.claim(b.heightAt(size.Width))
}

func (b *Banner) arrangeWords(width float32) {
	words := b.wrapped(width)
	at := fyne.NewPos(b.textStart(), (theme.Grid(12)-b.lines[0].Height)/2)
	for i, line := range b.lines {
		draw.SetVisible(line.Object, i < len(words))
		if i < len(words) {
			line.Set(words[i], theme.ColorText)
			line.Place(at, b.end(width)-b.textStart())
			at.Y += line.Height
		}
	}
}

// claim has the window laid out again when the banner has another number of
// lines than before: only now does it know its width, and who laid it out asked
// for its height before.
func (b *Banner) claim(height float32) {
	if height == b.claimed {
		return
	}
	b.claimed = height
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
	b.back.FillColor = theme.Color(b.model.Tone.Soft())
	for _, line := range b.lines {
		line.Restyle()
	}
	b.icon.Object.Refresh()
}
