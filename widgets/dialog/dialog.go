// Package dialog provides modal dialogs and the widgets they contain: pages,
// settings, paragraphs and flows of controls.
//
// Fyne's layouts use the minimum size of an object before its width is known. The
// widgets here have a method HeightAt, which returns the height of their wrapped
// text at a width, and lay out their own content by that method.
//
// Everything here must be used on the UI goroutine.
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

// Dialog is a modal dialog with a title, a body and buttons. Its buttons are in a
// row, or below each other if the window is too narrow for a row.
type Dialog struct {
	// OnClosed is called after the dialog was hidden; may be nil.
	OnClosed func()

	afterClosed func() // see AfterClosed

	canvas    fyne.Canvas
	popup     *widget.PopUp
	content   *content
	preferred fyne.Size
}

// Distances and sizes in a dialog, in steps of the grid.
const (
	dialogPadding = 5  // between border and content
	dialogGap     = 4  // between title, body and buttons
	windowMargin  = 3  // minimum distance to the window's border
	buttonGap     = 2  // between two buttons
	minBodyHeight = 20 // of a body that scrolls
)

// New returns a dialog over a canvas, which is not shown yet. Buttons after a
// spacer are aligned to the right. If body has a method HeightAt(width float32)
// float32, it determines the height of the body.
func New(canvas fyne.Canvas, title string, body fyne.CanvasObject, buttons ...fyne.CanvasObject) *Dialog {
	c := newContent(title, body, buttons)
	return &Dialog{canvas: canvas, content: c, popup: widget.NewModalPopUp(c.scroll, canvas)}
}

// SetSize sets the preferred size, which is limited by that of the window. If the
// height is zero, the dialog is as high as its content.
func (d *Dialog) SetSize(size fyne.Size) {
	d.preferred = size
	d.Fit(d.canvas.Size())
}

// Tooltips returns the tooltips for objects in the dialog. The dialog covers those of
// the window.
func (d *Dialog) Tooltips() *widgets.Tooltips { return d.content.tooltips }

// Fit resizes the dialog for a window of the given size and centres it.
func (d *Dialog) Fit(window fyne.Size) {
	margins := 2 * theme.Grid(windowMargin)
	size := fyne.NewSize(min(d.preferred.Width, window.Width-margins), d.preferred.Height)
	if size.Height == 0 {
		size.Height = d.content.heightAt(size.Width)
	}
	size.Height = min(size.Height, window.Height-margins)
	d.content.width = size.Width
	d.popup.Resize(size)
	if d.Visible() {
		for _, overlay := range d.canvas.Overlays().List() {
			overlay.Refresh()
		}
		d.popup.Move(fyne.NewPos((window.Width-size.Width)/2, (window.Height-size.Height)/2)) // the overlay centres it only at first
	}
}

// Show shows the dialog.
func (d *Dialog) Show() {
	d.Fit(d.canvas.Size())
	d.content.shown = true
	d.popup.Show()
}

// Hide hides the dialog and every overlay above it.
func (d *Dialog) Hide() {
	d.content.shown = false
	d.content.tooltips.Dismiss()
	d.popup.Hide()
	if d.OnClosed != nil {
		d.OnClosed()
	}
	if d.afterClosed != nil {
		d.afterClosed()
	}
}

// AfterClosed sets a function that is called after OnClosed, for whoever shows the dialog.
func (d *Dialog) AfterClosed(do func()) { d.afterClosed = do }

// Visible reports whether the dialog is shown.
func (d *Dialog) Visible() bool { return d.content.shown }

// SetNotice shows a sentence between the body and the buttons; "" for none.
func (d *Dialog) SetNotice(text string) {
	if text == d.content.notice.Text() {
		return
	}
	d.content.notice.Set(text, theme.Active)
	draw.SetVisible(d.content.notice, text != "")
	d.Fit(d.canvas.Size())
	d.content.Refresh()
}

// Notice returns the sentence between the body and the buttons.
func (d *Dialog) Notice() string { return d.content.notice.Text() }

// Title returns the title.
func (d *Dialog) Title() string { return d.content.title.FullText }

// LayOut lays out everything in the dialog, see [draw.LayOut].
func (d *Dialog) LayOut() { draw.LayOut(d.popup) }

// Refresh updates the layout after buttons have changed.
func (d *Dialog) Refresh() { d.content.Refresh() }

// content is the content of a dialog.
type content struct {
	widget.BaseWidget
	title    *draw.Label
	body     fyne.CanvasObject
	notice   *Paragraph // hidden while it has no text
	buttons  []fyne.CanvasObject
	tooltips *widgets.Tooltips
	scroll   *container.Scroll // contains the content, for windows that are too small even for the buttons
	width    float32
	shown    bool
}

func newContent(title string, body fyne.CanvasObject, buttons []fyne.CanvasObject) *content {
	c := &content{
		title: draw.NewLabel(fynetheme.SizeNameSubHeadingText, theme.ColorText),
		body:  body, notice: NewParagraph(""), buttons: buttons, tooltips: widgets.NewTooltips(),
	}
	c.notice.Hide()
	c.title.Object.TextStyle = fyne.TextStyle{Bold: true}
	c.title.Set(title, theme.ColorText)
	c.title.Restyle()
	c.ExtendBaseWidget(c)
	c.scroll = container.NewVScroll(c)
	return c
}

// MinSize returns the size below which the whole content scrolls: that of title,
// buttons and a part of the body.
func (c *content) MinSize() fyne.Size {
	width := max(c.width, theme.Grid(40))
	return fyne.NewSize(theme.Grid(40), min(c.heightAt(width), c.fixedHeight(width)+theme.Grid(minBodyHeight)))
}

// CreateRenderer implements [fyne.Widget].
func (c *content) CreateRenderer() fyne.WidgetRenderer {
	objects := append([]fyne.CanvasObject{c.title.Object, c.body, c.notice}, c.buttons...)
	return draw.NewRenderer(draw.Renderer{Content: append(objects, c.tooltips), Arrange: c.arrange, Minimum: c.MinSize, Repaint: c.title.Restyle, Widget: c})
}

// heightAt returns the height at which nothing scrolls.
func (c *content) heightAt(width float32) float32 {
	body := heightAt(c.body, width-2*theme.Grid(dialogPadding))
	return c.fixedHeight(width) + draw.Snap(body+0.5)
}

// fixedHeight returns the height of everything but the body.
func (c *content) fixedHeight(width float32) float32 {
	width -= 2 * theme.Grid(dialogPadding)
	return c.bodyTop() + c.noticeHeight(width) + theme.Grid(dialogGap) + c.buttonsHeight(width) + theme.Grid(dialogPadding)
}

// noticeHeight returns the height of the notice with the distance above it.
func (c *content) noticeHeight(width float32) float32 {
	if c.notice.Text() == "" {
		return 0
	}
	return draw.Snap(theme.Grid(dialogGap) + c.notice.HeightAt(width) + 0.5)
}

func (c *content) bodyTop() float32 {
	return draw.Snap(theme.Grid(dialogPadding) + c.title.Height + theme.Grid(dialogGap))
}

func (c *content) arrange(size fyne.Size) {
	padding := theme.Grid(dialogPadding)
	width := size.Width - 2*padding
	if width <= 0 {
		return
	}
	c.title.Place(fyne.NewPos(padding, padding), width)
	c.tooltips.Resize(size)
	top := c.bodyTop()
	buttonsHeight := c.buttonsHeight(width)
	buttonsTop := size.Height - padding - buttonsHeight
	noticeHeight := c.noticeHeight(width)
	bottom := buttonsTop - theme.Grid(dialogGap) - noticeHeight // of the body
	c.body.Move(fyne.NewPos(padding, top))
	c.body.Resize(fyne.NewSize(width, max(bottom-top, 0)))
	c.notice.Move(fyne.NewPos(padding, bottom+theme.Grid(dialogGap)))
	c.notice.Resize(fyne.NewSize(width, max(noticeHeight-theme.Grid(dialogGap), 0)))
	if c.stacked(width) {
		c.arrangeColumn(padding, buttonsTop, width)
	} else {
		c.arrangeRow(padding, buttonsTop, width, buttonsHeight)
	}
}

// stacked reports whether the buttons are too wide for a row.
func (c *content) stacked(width float32) bool {
	used := float32(0)
	for _, b := range c.visibleButtons() {
		used += b.MinSize().Width + theme.Grid(buttonGap)
	}
	return used-theme.Grid(buttonGap) > width
}

func (c *content) buttonsHeight(width float32) float32 {
	stacked, height := c.stacked(width), float32(0)
	for i, b := range c.visibleButtons() {
		switch minHeight := b.MinSize().Height; {
		case !stacked:
			height = max(height, minHeight)
		case i > 0:
			height += theme.Grid(buttonGap) + minHeight
		default:
			height += minHeight
		}
	}
	return height
}

// visibleButtons returns the visible buttons without spacers.
func (c *content) visibleButtons() []fyne.CanvasObject {
	var visible []fyne.CanvasObject
	for _, b := range c.buttons {
		if _, spacer := b.(layout.SpacerObject); !spacer && b.Visible() {
			visible = append(visible, b)
		}
	}
	return visible
}

// arrangeRow places the buttons in a row: those before a spacer at the left, the
// others at the right.
func (c *content) arrangeRow(left, y, width, height float32) {
	x, remaining := left, float32(0)
	for _, b := range c.visibleButtons() {
		remaining += b.MinSize().Width + theme.Grid(buttonGap)
	}
	for _, b := range c.buttons {
		if _, spacer := b.(layout.SpacerObject); spacer {
			x = left + width + theme.Grid(buttonGap) - remaining
			continue
		}
		if !b.Visible() {
			continue
		}
		buttonWidth := b.MinSize().Width
		b.Move(fyne.NewPos(x, y))
		b.Resize(fyne.NewSize(buttonWidth, height))
		x += buttonWidth + theme.Grid(buttonGap)
		remaining -= buttonWidth + theme.Grid(buttonGap)
	}
}

// arrangeColumn places the buttons below each other, the last one, which is the
// default action, on top.
func (c *content) arrangeColumn(x, y, width float32) {
	for _, b := range slices.Backward(c.visibleButtons()) {
		height := b.MinSize().Height
		b.Move(fyne.NewPos(x, y))
		b.Resize(fyne.NewSize(width, height))
		y += height + theme.Grid(buttonGap)
	}
}
