package app

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	fynetheme "fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/ferryapp/ferry/widgets/theme"
)

// reach is what a control in a scrolled dialog does beside its work: Escape leaves
// the dialog, and what gets the keyboard comes into view.
type reach struct {
	leave  func()
	reveal func(fyne.CanvasObject)
}

// tick is a box that is ticked or not.
type tick struct {
	widget.Check
	reach
}

func newTick(r reach, changed func(bool)) *tick {
	t := &tick{reach: r}
	t.OnChanged = changed
	t.ExtendBaseWidget(t)
	return t
}

// TypedKey is called by the toolkit.
func (t *tick) TypedKey(event *fyne.KeyEvent) {
	if event.Name == fyne.KeyEscape {
		t.leave()
		return
	}
	t.Check.TypedKey(event)
}

// FocusGained is called by the toolkit.
func (t *tick) FocusGained() {
	t.reveal(t)
	t.Check.FocusGained()
}

// selection is one of several words to choose.
type selection struct {
	widget.Select
	reach
}

func newSelection(r reach, options []string, changed func(index int)) *selection {
	s := &selection{reach: r}
	s.Options = options
	s.OnChanged = func(string) { changed(s.SelectedIndex()) }
	s.ExtendBaseWidget(s)
	return s
}

// show has one of the options shown as chosen, and tells nobody.
func (s *selection) show(index int) {
	if label := s.Options[index]; s.Selected != label {
		s.Selected = label
		s.Refresh()
	}
}

// TypedKey is called by the toolkit.
func (s *selection) TypedKey(event *fyne.KeyEvent) {
	if event.Name == fyne.KeyEscape {
		s.leave()
		return
	}
	s.Select.TypedKey(event)
}

// FocusGained is called by the toolkit.
func (s *selection) FocusGained() {
	s.reveal(s)
	s.Select.FocusGained()
}

// MinSize is room for the longest of the words, and at least the usual width of a
// control, so that they stand in line.
func (s *selection) MinSize() fyne.Size {
	least := s.Select.MinSize()
	width := theme.Grid(26)
	for _, option := range s.Options {
		width = max(width, fyne.MeasureText(option, theme.Size(fynetheme.SizeNameText), fyne.TextStyle{}).Width+theme.Grid(13))
	}
	return fyne.NewSize(min(width, theme.Grid(60)), least.Height)
}

// CreateRenderer is called by the toolkit.
func (s *selection) CreateRenderer() fyne.WidgetRenderer {
	s.ExtendBaseWidget(s)
	f := &framed{WidgetRenderer: s.Select.CreateRenderer(), frame: &canvas.Rectangle{}}
	f.paint()
	return f
}

// framed puts a line around what the toolkit draws without one, so that it stands
// out from the page.
type framed struct {
	fyne.WidgetRenderer
	frame *canvas.Rectangle
}

// Objects is part of fyne.WidgetRenderer.
func (f *framed) Objects() []fyne.CanvasObject { return append(f.WidgetRenderer.Objects(), f.frame) }

// Layout is part of fyne.WidgetRenderer.
func (f *framed) Layout(size fyne.Size) {
	f.WidgetRenderer.Layout(size)
	f.frame.Resize(size)
}

// Refresh is part of fyne.WidgetRenderer.
func (f *framed) Refresh() {
	f.paint()
	f.frame.Refresh()
	f.WidgetRenderer.Refresh()
}

func (f *framed) paint() {
	f.frame.StrokeColor = theme.Color(fynetheme.ColorNameInputBorder)
	f.frame.StrokeWidth = theme.Size(fynetheme.SizeNameInputBorder)
	f.frame.CornerRadius = theme.Size(fynetheme.SizeNameInputRadius)
}

// entry is something to type, on one line or several. Tab goes on from it.
type entry struct {
	widget.Entry
	reach
	width float32 // at least, in steps of the grid
}

func newEntry(r reach, width float32, changed func(string)) *entry {
	e := &entry{reach: r, width: width}
	e.Wrapping, e.Scroll = fyne.TextWrapOff, fyne.ScrollNone
	e.OnChanged = changed
	e.ExtendBaseWidget(e)
	return e
}

func newLines(r reach, rows int, changed func(string)) *entry {
	e := newEntry(r, 0, changed)
	e.MultiLine, e.Scroll = true, fyne.ScrollBoth
	e.SetMinRowsVisible(rows)
	return e
}

// show has a text shown, unless it is being typed.
func (e *entry) show(text string) {
	if e.Text == text {
		return
	}
	changed := e.OnChanged
	e.OnChanged = nil
	e.SetText(text)
	e.OnChanged = changed
}

// AcceptsTab is called by the toolkit.
func (e *entry) AcceptsTab() bool { return false }

// TypedKey is called by the toolkit.
func (e *entry) TypedKey(event *fyne.KeyEvent) {
	if event.Name == fyne.KeyEscape {
		e.leave()
		return
	}
	e.Entry.TypedKey(event)
}

// FocusGained is called by the toolkit.
func (e *entry) FocusGained() {
	e.reveal(e)
	e.Entry.FocusGained()
}

// MinSize is room for what is usually typed.
func (e *entry) MinSize() fyne.Size {
	return e.Entry.MinSize().Max(fyne.NewSize(theme.Grid(e.width), 0))
}

// press is a button in a scrolled dialog.
type press struct {
	choice
	reach
}

func newPress(r reach, label string, icon fyne.Resource, tapped func()) *press {
	p := &press{reach: r}
	p.escape = r.leave
	p.Text, p.Icon, p.OnTapped = label, icon, tapped
	p.ExtendBaseWidget(p)
	return p
}

// FocusGained is called by the toolkit.
func (p *press) FocusGained() {
	p.reveal(p)
	p.choice.FocusGained()
}
