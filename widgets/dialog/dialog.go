package dialog

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	fynetheme "fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/ferryapp/ferry/widgets"
	"github.com/ferryapp/ferry/widgets/draw"
	"github.com/ferryapp/ferry/widgets/theme"
)

// Dialog lies over a window until it is hidden: a title, a body and buttons, which
// all begin and end at the same two edges. Where the window has no room for the
// buttons beside each other they stand below each other.
//
// It belongs to the goroutine of the user interface.
type Dialog struct {
	// OnClosed is called whenever it was hidden; may be nil.
	OnClosed func()

	canvas fyne.Canvas
	popup  *widget.PopUp
	sheet  *sheet
	wanted fyne.Size
}

// The distances in a dialog, in steps of the grid.
const (
	dialogMargin = 5 // from its border to everything in it
	dialogGap    = 4 // between title, body and buttons
	dialogAround = 3 // from it to the window's border, at least
	buttonGap    = 2
	bodyLeast    = 20 // of a body that scrolls
)

// New makes a dialog over a canvas. A spacer among the buttons pushes those
// after it to the right. A body that has a method HeightAt is asked by it for its
// Height.
func New(canvas fyne.Canvas, title string, body fyne.CanvasObject, buttons ...fyne.CanvasObject) *Dialog {
	s := newSheet(title, body, buttons)
	return &Dialog{canvas: canvas, sheet: s, popup: widget.NewModalPopUp(s.scroll, canvas)}
}

// SetSize says how large it would be where the window has the room. With a height
// of zero it is as high as what is in it.
func (d *Dialog) SetSize(wanted fyne.Size) {
	d.wanted = wanted
	d.Fit(d.canvas.Size())
}

// Hints explain what is in the dialog: those of the window lie under it.
func (d *Dialog) Hints() *widgets.Hints { return d.sheet.hints }

// Fit keeps it to a window's size, in the middle.
func (d *Dialog) Fit(window fyne.Size) {
	around := 2 * theme.Grid(dialogAround)
	size := fyne.NewSize(min(d.wanted.Width, window.Width-around), d.wanted.Height)
	if size.Height == 0 {
		size.Height = d.sheet.heightAt(size.Width)
	}
	size.Height = min(size.Height, window.Height-around)
	d.sheet.width = size.Width
	d.popup.Resize(size)
	if d.Visible() {
		for _, overlay := range d.canvas.Overlays().List() {
			overlay.Refresh() // the toolkit puts it into the middle again
		}
	}
}

// Show puts it over the window.
func (d *Dialog) Show() {
	d.Fit(d.canvas.Size())
	d.sheet.shown = true
	d.popup.Show()
}

// Hide takes it away, and what lies over it.
func (d *Dialog) Hide() {
	d.sheet.shown = false
	d.sheet.hints.Dismiss()
	d.popup.Hide()
	if d.OnClosed != nil {
		d.OnClosed()
	}
}

// Visible reports whether it is shown.
func (d *Dialog) Visible() bool { return d.sheet.shown }

// Title is what it is called.
func (d *Dialog) Title() string { return d.sheet.title.FullText }

// Refresh lays it out again, after its buttons have changed.
func (d *Dialog) Refresh() { d.sheet.Refresh() }

// sheet is what is in a dialog.
type sheet struct {
	widget.BaseWidget
	title   *draw.Label
	body    fyne.CanvasObject
	buttons []fyne.CanvasObject
	hints   *widgets.Hints
	scroll  *container.Scroll // holds all of it, where there is not even room for the buttons
	width   float32
	shown   bool
}

func newSheet(title string, body fyne.CanvasObject, buttons []fyne.CanvasObject) *sheet {
	s := &sheet{title: draw.NewLabel(fynetheme.SizeNameSubHeadingText, theme.ColorText), body: body, buttons: buttons, hints: widgets.NewHints()}
	s.title.Object.TextStyle = fyne.TextStyle{Bold: true}
	s.title.Set(title, theme.ColorText)
	s.title.Restyle()
	s.ExtendBaseWidget(s)
	s.scroll = container.NewVScroll(s)
	return s
}

// MinSize is room for the buttons and a part of the body: in a dialog that is told
// to be smaller everything scrolls.
func (s *sheet) MinSize() fyne.Size {
	width := max(s.width, theme.Grid(40))
	return fyne.NewSize(theme.Grid(40), min(s.heightAt(width), s.chromeAt(width)+theme.Grid(bodyLeast)))
}

// CreateRenderer is called by the toolkit.
func (s *sheet) CreateRenderer() fyne.WidgetRenderer {
	objects := append([]fyne.CanvasObject{s.title.Object, s.body}, s.buttons...)
	return &draw.Renderer{Content: append(objects, s.hints), Arrange: s.arrange, Minimum: s.MinSize, Repaint: s.title.Restyle, Widget: s}
}

// HeightAt is the height at which all of it can be seen.
func (s *sheet) heightAt(width float32) float32 {
	inner := width - 2*theme.Grid(dialogMargin)
	body := s.body.MinSize().Height
	if knowing, ok := s.body.(interface{ HeightAt(width float32) float32 }); ok {
		body = knowing.HeightAt(inner)
	}
	return s.chromeAt(width) + draw.Snap(body+0.5)
}

// chromeAt is the height of everything but the body.
func (s *sheet) chromeAt(width float32) float32 {
	buttons := s.buttonsHeight(width - 2*theme.Grid(dialogMargin))
	return s.bodyTop() + theme.Grid(dialogGap) + buttons + theme.Grid(dialogMargin)
}

func (s *sheet) bodyTop() float32 {
	return draw.Snap(theme.Grid(dialogMargin) + s.title.Height + theme.Grid(dialogGap))
}

func (s *sheet) arrange(size fyne.Size) {
	margin := theme.Grid(dialogMargin)
	width := size.Width - 2*margin
	if width <= 0 {
		return
	}
	s.title.Place(fyne.NewPos(margin, margin), width)
	s.hints.Resize(size)
	top := s.bodyTop()
	buttons := s.buttonsHeight(width)
	end := size.Height - margin - buttons
	s.body.Move(fyne.NewPos(margin, top))
	s.body.Resize(fyne.NewSize(width, max(end-theme.Grid(dialogGap)-top, 0)))
	if s.stacked(width) {
		s.stack(margin, end, width)
	} else {
		s.line(margin, end, width, buttons)
	}
}

// stacked says whether the buttons have no room beside each other.
func (s *sheet) stacked(width float32) bool {
	used := float32(0)
	for _, b := range s.shownButtons() {
		used += b.MinSize().Width + theme.Grid(buttonGap)
	}
	return used-theme.Grid(buttonGap) > width
}

func (s *sheet) buttonsHeight(width float32) float32 {
	stacked, height := s.stacked(width), float32(0)
	for i, b := range s.shownButtons() {
		switch least := b.MinSize().Height; {
		case !stacked:
			height = max(height, least)
		case i > 0:
			height += theme.Grid(buttonGap) + least
		default:
			height += least
		}
	}
	return height
}

// shownButtons are the buttons that are shown, without spacers.
func (s *sheet) shownButtons() []fyne.CanvasObject {
	var shown []fyne.CanvasObject
	for _, b := range s.buttons {
		if _, spacer := b.(layout.SpacerObject); !spacer && b.Visible() {
			shown = append(shown, b)
		}
	}
	return shown
}

// line puts the buttons beside each other: those before a spacer at the left, the
// others at the right.
func (s *sheet) line(left, y, width, height float32) {
	x, trailing := left, float32(0)
	for _, b := range s.shownButtons() {
		trailing += b.MinSize().Width + theme.Grid(buttonGap)
	}
	for _, b := range s.buttons {
		if _, spacer := b.(layout.SpacerObject); spacer {
			x = left + width + theme.Grid(buttonGap) - trailing
			continue
		}
		if !b.Visible() {
			continue
		}
		step := b.MinSize().Width
		b.Move(fyne.NewPos(x, y))
		b.Resize(fyne.NewSize(step, height))
		x += step + theme.Grid(buttonGap)
		trailing -= step + theme.Grid(buttonGap)
	}
}

// stack puts the buttons below each other, the last one first: it is what is
// done most.
func (s *sheet) stack(x, y, width float32) {
	for _, b := range slices.Backward(s.shownButtons()) {
		height := b.MinSize().Height
		b.Move(fyne.NewPos(x, y))
		b.Resize(fyne.NewSize(width, height))
		y += height + theme.Grid(buttonGap)
	}
}
