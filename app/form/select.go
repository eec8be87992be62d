package form

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	fynetheme "fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/ferryapp/ferry/widgets/theme"
)

// Select is a drop-down list of options in a dialog.
type Select struct {
	widget.Select
	Host
	list *widget.PopUpMenu // the open list of options; nil if it was never opened
}

// NewSelect returns a drop-down list without a selected option.
func NewSelect(host Host, options []string, changed func(index int)) *Select {
	s := &Select{Host: host}
	s.Options = options
	s.OnChanged = func(string) { changed(s.SelectedIndex()) }
	s.ExtendBaseWidget(s)
	return s
}

// ShowIndex selects an option without calling the callback.
func (s *Select) ShowIndex(index int) {
	if label := s.Options[index]; s.Selected != label {
		s.Selected = label
		s.Refresh()
	}
}

// TypedKey implements fyne.Focusable.
func (s *Select) TypedKey(event *fyne.KeyEvent) {
	switch event.Name {
	case fyne.KeyEscape:
		s.Close()
	case fyne.KeySpace, fyne.KeyUp, fyne.KeyDown, fyne.KeyReturn, fyne.KeyEnter:
		s.showList()
	default:
		s.Select.TypedKey(event)
	}
}

// Tapped implements fyne.Tappable.
func (s *Select) Tapped(*fyne.PointEvent) {
	if s.Disabled() {
		return
	}
	if c := fyne.CurrentApp().Driver().CanvasForObject(s); c != nil {
		c.Focus(s)
	}
	s.showList()
}

// Hide implements fyne.Widget. It closes the list.
func (s *Select) Hide() {
	if s.list != nil {
		s.list.Hide()
	}
	s.Select.Hide()
}

// showList shows the options below the control, with a mark at the selected one. The list is
// no higher than the window.
func (s *Select) showList() {
	c := fyne.CurrentApp().Driver().CanvasForObject(s)
	if c == nil {
		return // removed from the window since the event
	}
	s.list = widget.NewPopUpMenu(fyne.NewMenu("", s.items()...), c)
	size := s.list.MinSize().Max(fyne.NewSize(s.Size().Width, 0))
	size.Height = min(size.Height, c.Size().Height-2*theme.Grid(listMargin))
	below := fyne.CurrentApp().Driver().AbsolutePositionForObject(s).AddXY(0, s.Size().Height)
	s.list.ShowAtPosition(below)
	s.list.Resize(size)
}

// items returns the items of the list, of which the selected one is marked.
func (s *Select) items() []*fyne.MenuItem {
	items := make([]*fyne.MenuItem, len(s.Options))
	for i, option := range s.Options {
		items[i] = fyne.NewMenuItem(option, func() { s.SetSelected(option) })
		items[i].Checked = option == s.Selected
	}
	return items
}

// listMargin is the minimum distance of a list to the window's border, in grid steps.
const listMargin = 1

// FocusGained implements fyne.Focusable.
func (s *Select) FocusGained() {
	s.Reveal(s)
	s.Select.FocusGained()
}

// MinSize has room for the longest option and is at least the default width of a control,
// so that controls are aligned.
func (s *Select) MinSize() fyne.Size {
	minSize := s.Select.MinSize()
	width := theme.Grid(26)
	for _, option := range s.Options {
		width = max(width, fyne.MeasureText(option, theme.Size(fynetheme.SizeNameText), fyne.TextStyle{}).Width+theme.Grid(13))
	}
	return fyne.NewSize(min(width, theme.Grid(60)), minSize.Height)
}

// CreateRenderer implements fyne.Widget.
func (s *Select) CreateRenderer() fyne.WidgetRenderer {
	s.ExtendBaseWidget(s)
	f := &framedRenderer{WidgetRenderer: s.Select.CreateRenderer(), frame: &canvas.Rectangle{}}
	f.paint()
	return f
}

// framedRenderer draws a frame around a widget that the toolkit draws without one.
type framedRenderer struct {
	fyne.WidgetRenderer
	frame *canvas.Rectangle
}

// Objects implements fyne.WidgetRenderer.
func (f *framedRenderer) Objects() []fyne.CanvasObject {
	return append(f.WidgetRenderer.Objects(), f.frame)
}

// Layout implements fyne.WidgetRenderer.
func (f *framedRenderer) Layout(size fyne.Size) {
	f.WidgetRenderer.Layout(size)
	f.frame.Resize(size)
}

// Refresh implements fyne.WidgetRenderer.
func (f *framedRenderer) Refresh() {
	f.paint()
	f.frame.Refresh()
	f.WidgetRenderer.Refresh()
}

func (f *framedRenderer) paint() {
	f.frame.StrokeColor = theme.Color(fynetheme.ColorNameInputBorder)
	f.frame.StrokeWidth = theme.Size(fynetheme.SizeNameInputBorder)
	f.frame.CornerRadius = theme.Size(fynetheme.SizeNameInputRadius)
}
