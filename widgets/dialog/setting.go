package dialog

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"github.com/ferryapp/ferry/widgets/draw"
	"github.com/ferryapp/ferry/widgets/theme"
)

// Setting is a control with its name and a description. The control is at the
// right, or below the text if there is too little space.
type Setting struct {
	widget.BaseWidget
	control     fyne.CanvasObject
	wide        bool // the control is below the text and as wide as the setting
	name        *draw.WrappedText
	description *draw.WrappedText
	problem     *draw.WrappedText
}

// NewSetting returns a setting.
func NewSetting(name, description string, control fyne.CanvasObject) *Setting {
	s := &Setting{
		control:     control,
		name:        draw.NewWrappedText(name, draw.SizeText, theme.ColorText),
		description: draw.NewWrappedText(description, draw.SizeCaption, theme.ColorMuted),
		problem:     draw.NewWrappedText("", draw.SizeCaption, theme.ColorError),
	}
	s.ExtendBaseWidget(s)
	return s
}

// NewWideSetting returns a setting whose control is below the text and as wide as
// the setting.
func NewWideSetting(name, description string, control fyne.CanvasObject) *Setting {
	s := NewSetting(name, description, control)
	s.wide = true
	return s
}

// Name returns the name of the setting.
func (s *Setting) Name() string { return s.name.Text }

// Control returns the control.
func (s *Setting) Control() fyne.CanvasObject { return s.control }

// Problem returns the text set by SetProblem.
func (s *Setting) Problem() string { return s.problem.Text }

// SetProblem sets the text that says why the input is invalid; "" removes it. It
// reports whether the text changed, which can change the height of the setting.
func (s *Setting) SetProblem(text string) bool {
	if text == s.problem.Text {
		return false
	}
	s.problem.Text = text
	s.Refresh()
	return true
}

// HeightAt returns the height at a width.
func (s *Setting) HeightAt(width float32) float32 {
	_, height := s.measure(width)
	return height
}

// measure returns the width of the text and the height of the setting at a width.
func (s *Setting) measure(width float32) (textWidth, height float32) {
	control := s.control.MinSize()
	if s.stacked(width) {
		return width, s.textHeight(width) + theme.Grid(1.5) + heightAt(s.control, width)
	}
	textWidth = width - control.Width - theme.Grid(5)
	return textWidth, max(s.textHeight(textWidth), control.Height)
}

// stacked reports whether the control is below the text, because the text would be
// too narrow beside it.
func (s *Setting) stacked(width float32) bool {
	return s.wide || width-s.control.MinSize().Width < theme.Grid(45)
}

func (s *Setting) textHeight(width float32) float32 {
	height := s.name.HeightAt(width)
	for _, text := range []*draw.WrappedText{s.description, s.problem} {
		if text.Text != "" {
			height += theme.Grid(0.5) + text.HeightAt(width)
		}
	}
	return height
}

// MinSize returns the height at the current width, and a minimum width. Layouts
// that know the width use HeightAt.
func (s *Setting) MinSize() fyne.Size {
	width := s.Size().Width
	if width == 0 {
		width = theme.Grid(60)
	}
	return fyne.NewSize(theme.Grid(50), s.HeightAt(width))
}

// CreateRenderer implements [fyne.Widget].
func (s *Setting) CreateRenderer() fyne.WidgetRenderer {
	var objects []fyne.CanvasObject
	for _, text := range s.texts() {
		objects = append(objects, text.Objects()...)
	}
	return draw.NewRenderer(draw.Renderer{Content: append(objects, s.control), Arrange: s.arrange, Minimum: s.MinSize, Repaint: s.paint, Widget: s})
}

func (s *Setting) texts() []*draw.WrappedText {
	return []*draw.WrappedText{s.name, s.description, s.problem}
}

func (s *Setting) arrange(size fyne.Size) {
	if size.Width == 0 {
		return
	}
	textWidth, height := s.measure(size.Width)
	control := s.control.MinSize()
	if s.stacked(size.Width) {
		control = fyne.NewSize(min(control.Width, size.Width), heightAt(s.control, size.Width))
		if s.wide {
			control.Width = size.Width
		}
		s.control.Move(fyne.NewPos(0, height-control.Height))
	} else {
		s.control.Move(fyne.NewPos(size.Width-control.Width, draw.Snap((height-control.Height)/2)))
	}
	s.control.Resize(control)
	y := float32(0)
	if !s.stacked(size.Width) {
		y = draw.Snap((height - s.textHeight(textWidth)) / 2)
	}
	for i, text := range s.texts() {
		if i > 0 && text.Text != "" {
			y += theme.Grid(0.5)
		}
		y = text.Place(y, textWidth)
	}
}

func (s *Setting) paint() {
	for _, text := range s.texts() {
		text.Restyle()
	}
}
