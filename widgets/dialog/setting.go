package dialog

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"github.com/ferryapp/ferry/widgets/draw"
	"github.com/ferryapp/ferry/widgets/theme"
)

// Setting is one thing to choose: its name, a sentence about it, and the control
// that chooses. Where there is room the control stands at the right, otherwise
// beneath.
type Setting struct {
	widget.BaseWidget
	control fyne.CanvasObject
	below   bool // the control stands beneath, and is as wide as the setting
	name    *draw.WrappedText
	about   *draw.WrappedText
	sorry   *draw.WrappedText // why what was typed does not hold; empty when it does
}

// NewSetting makes a setting.
func NewSetting(name, about string, control fyne.CanvasObject) *Setting {
	s := &Setting{
		control: control,
		name:    draw.NewWrappedText(name, draw.SizeText, theme.ColorText),
		about:   draw.NewWrappedText(about, draw.SizeCaption, theme.ColorMuted),
		sorry:   draw.NewWrappedText("", draw.SizeCaption, theme.ColorError),
	}
	s.ExtendBaseWidget(s)
	return s
}

// NewWideSetting makes a setting whose control needs all the width there is.
func NewWideSetting(name, about string, control fyne.CanvasObject) *Setting {
	s := NewSetting(name, about, control)
	s.below = true
	return s
}

// Name is what the setting is called.
func (s *Setting) Name() string { return s.name.Text }

// About is the sentence about it.
func (s *Setting) About() string { return s.about.Text }

// Control is what chooses.
func (s *Setting) Control() fyne.CanvasObject { return s.control }

// Problem is why what was typed does not hold; "" when it does.
func (s *Setting) Problem() string { return s.sorry.Text }

// SetProblem says why what was typed does not hold; "" takes it back. It reports
// whether that is news, after which the setting may have another height.
func (s *Setting) SetProblem(why string) bool {
	if why == s.sorry.Text {
		return false
	}
	s.sorry.Set(why)
	s.Refresh()
	return true
}

// HeightAt is the height at a width.
func (s *Setting) HeightAt(width float32) float32 {
	_, height := s.measure(width)
	return height
}

// measure returns the width of the words and the height of all, at a width.
func (s *Setting) measure(width float32) (words, height float32) {
	control := s.control.MinSize()
	if s.beneath(width) {
		return width, s.wordsHeight(width) + theme.Grid(1.5) + s.controlHeight(width)
	}
	words = width - control.Width - theme.Grid(5)
	return words, max(s.wordsHeight(words), control.Height)
}

// controlHeight is the height of a control that stands beneath.
func (s *Setting) controlHeight(width float32) float32 {
	if knowing, ok := s.control.(interface{ HeightAt(width float32) float32 }); ok {
		return knowing.HeightAt(width)
	}
	return s.control.MinSize().Height
}

// beneath says whether the control stands under the words, which are hard to read
// in a narrow column.
func (s *Setting) beneath(width float32) bool {
	return s.below || width-s.control.MinSize().Width < theme.Grid(45)
}

func (s *Setting) wordsHeight(width float32) float32 {
	height := s.name.HeightAt(width)
	for _, more := range []*draw.WrappedText{s.about, s.sorry} {
		if more.Text != "" {
			height += theme.Grid(0.5) + more.HeightAt(width)
		}
	}
	return height
}

// MinSize is one line; whoever lays settings out asks HeightAt.
func (s *Setting) MinSize() fyne.Size {
	width := s.Size().Width
	if width == 0 {
		width = theme.Grid(60)
	}
	return fyne.NewSize(theme.Grid(50), s.HeightAt(width))
}

// CreateRenderer is called by the toolkit.
func (s *Setting) CreateRenderer() fyne.WidgetRenderer {
	var objects []fyne.CanvasObject
	for _, p := range s.passages() {
		objects = append(objects, p.Objects()...)
	}
	return &draw.Renderer{Content: append(objects, s.control), Arrange: s.arrange, Minimum: s.MinSize, Repaint: s.paint, Widget: s}
}

func (s *Setting) passages() []*draw.WrappedText {
	return []*draw.WrappedText{s.name, s.about, s.sorry}
}

func (s *Setting) arrange(size fyne.Size) {
	if size.Width == 0 {
		return
	}
	words, height := s.measure(size.Width)
	control := s.control.MinSize()
	if s.beneath(size.Width) {
		control = fyne.NewSize(min(control.Width, size.Width), s.controlHeight(size.Width))
		if s.below {
			control.Width = size.Width
		}
		s.control.Move(fyne.NewPos(0, height-control.Height))
	} else {
		s.control.Move(fyne.NewPos(size.Width-control.Width, draw.Snap((height-control.Height)/2)))
	}
	s.control.Resize(control)
	y := float32(0)
	if !s.beneath(size.Width) {
		y = draw.Snap((height - s.wordsHeight(words)) / 2)
	}
	for i, p := range s.passages() {
		if i > 0 && p.Text != "" {
			y += theme.Grid(0.5)
		}
		y = p.Place(y, words)
	}
}

func (s *Setting) paint() {
	for _, p := range s.passages() {
		p.Restyle()
	}
}
