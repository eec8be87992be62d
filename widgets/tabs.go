package widgets

import (
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	fynetheme "fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/ferryapp/ferry/widgets/draw"
	"github.com/ferryapp/ferry/widgets/theme"
)

// Tab is the content of a tab.
type Tab struct {
	ID    string
	Label string
	Count string // number of items, shown after the label
	Tone  theme.Tone
}

// Tabs is a row of tabs of which one is selected. Its tabs do not move when their counts
// change: a tab has space for a count of three digits, becomes wider only for a count that
// needs it, and not while the pointer is over the tabs. Tabs can have the keyboard focus.
type Tabs struct {
	widget.BaseWidget

	// OnSelect is called with the ID of a tapped tab that is not selected.
	OnSelect func(id string)

	tabs     []Tab
	selected string
	compact  bool // without counts
	items    []*tab
}

// NewTabs returns a row without tabs.
func NewTabs(onSelect func(id string)) *Tabs {
	t := &Tabs{OnSelect: onSelect}
	t.ExtendBaseWidget(t)
	return t
}

// Set replaces the tabs and selects one by its ID.
func (t *Tabs) Set(tabs []Tab, selected string) {
	if slices.Equal(tabs, t.tabs) && selected == t.selected && !t.narrow() {
		return
	}
	t.tabs, t.selected = slices.Clone(tabs), selected
	for len(t.items) < len(tabs) {
		item := newTab(t.tapped)
		item.compact = t.compact
		t.items = append(t.items, item)
	}
	for i, item := range t.items {
		draw.SetVisible(item, i < len(tabs))
		if i < len(tabs) {
			item.set(tabs[i], tabs[i].ID == selected)
		}
	}
	if !t.hovered() {
		for _, item := range t.items[:len(tabs)] {
			item.reserve()
		}
	}
	t.Refresh()
}

// hovered reports whether the pointer is over one of the tabs.
func (t *Tabs) hovered() bool {
	return slices.ContainsFunc(t.items, func(item *tab) bool { return item.hovered })
}

// narrow reports whether a tab needs more space for its count than it has.
func (t *Tabs) narrow() bool {
	return slices.ContainsFunc(t.items, func(item *tab) bool { return item.neededDigits() > item.digits })
}

// SetCompact hides or shows the counts.
func (t *Tabs) SetCompact(compact bool) {
	if compact == t.compact {
		return
	}
	t.compact = compact
	for _, item := range t.items {
		item.setCompact(compact)
	}
	t.Refresh()
}

func (t *Tabs) tapped(id string) {
	if id != t.selected && t.OnSelect != nil {
		t.OnSelect(id)
	}
}

// Width returns the width of all tabs.
func (t *Tabs) Width() float32 {
	width := theme.Grid(3)
	for i := range t.tabs {
		width += t.items[i].MinSize().Width + theme.Grid(1)
	}
	return width
}

// MinSize returns the size of all tabs.
func (t *Tabs) MinSize() fyne.Size { return fyne.NewSize(t.Width(), theme.Grid(8)) }

// CreateRenderer implements [fyne.Widget].
func (t *Tabs) CreateRenderer() fyne.WidgetRenderer { return &tabsRenderer{t} }

// tabsRenderer renders [Tabs], whose set of objects grows.
type tabsRenderer struct{ tabs *Tabs }

// Objects implements [fyne.WidgetRenderer].
func (r *tabsRenderer) Objects() []fyne.CanvasObject {
	objects := make([]fyne.CanvasObject, len(r.tabs.items))
	for i, item := range r.tabs.items {
		objects[i] = item
	}
	return objects
}

// Layout implements [fyne.WidgetRenderer].
func (r *tabsRenderer) Layout(size fyne.Size) {
	x := theme.Grid(3)
	for _, item := range r.tabs.items {
		if !item.Visible() {
			continue
		}
		itemSize := item.MinSize()
		item.Resize(itemSize)
		item.Move(fyne.NewPos(x, draw.Snap((size.Height-itemSize.Height)/2)))
		x += itemSize.Width + theme.Grid(1)
	}
}

// MinSize implements [fyne.WidgetRenderer].
func (r *tabsRenderer) MinSize() fyne.Size { return r.tabs.MinSize() }

// Destroy implements [fyne.WidgetRenderer].
func (r *tabsRenderer) Destroy() {}

// Refresh implements [fyne.WidgetRenderer].
func (r *tabsRenderer) Refresh() {
	r.Layout(r.tabs.Size())
	canvas.Refresh(r.tabs)
}

// tab is a tab of [Tabs].
type tab struct {
	widget.BaseWidget
	hoverable
	onTap    func(id string)
	model    Tab
	selected bool
	compact  bool
	focused  bool
	digits   int // characters of the count for which there is space

	background *canvas.Rectangle
	label      *draw.Label
	count      *draw.Label
}

var (
	_ desktop.Hoverable  = (*tab)(nil)
	_ desktop.Cursorable = (*tab)(nil)
	_ fyne.Focusable     = (*tab)(nil)
)

// minDigits is the number of characters of a count for which every tab has space.
const minDigits = 3

func newTab(onTap func(id string)) *tab {
	t := &tab{
		onTap:      onTap,
		digits:     minDigits,
		background: &canvas.Rectangle{},
		label:      draw.NewLabel(draw.SizeCaption, theme.ColorText),
		count:      draw.NewLabel(draw.SizeCaption, theme.ColorMuted),
	}
	t.repaint = t.Refresh
	t.paint()
	t.ExtendBaseWidget(t)
	return t
}

func (t *tab) set(model Tab, selected bool) {
	t.model, t.selected = model, selected
	t.label.Set(model.Label, theme.ColorText)
	t.count.Set(model.Count, model.Tone.Color())
	t.Refresh()
}

// neededDigits returns the number of characters of the count.
func (t *tab) neededDigits() int { return len([]rune(t.model.Count)) }

// reserve gives the count the space that it needs. The tab never becomes narrower.
func (t *tab) reserve() { t.digits = max(t.digits, t.neededDigits()) }

// FocusGained implements [fyne.Focusable].
func (t *tab) FocusGained() { t.setFocused(true) }

// FocusLost implements [fyne.Focusable].
func (t *tab) FocusLost() { t.setFocused(false) }

func (t *tab) setFocused(focused bool) {
	t.focused = focused
	t.Refresh()
}

// TypedRune implements [fyne.Focusable]. It does nothing.
func (t *tab) TypedRune(rune) {}

// TypedKey implements [fyne.Focusable]. Keys that do not select the tab are passed to the
// window.
func (t *tab) TypedKey(e *fyne.KeyEvent) {
	pressOrForward(t, e)
}

// Tapped implements [fyne.Tappable].
func (t *tab) Tapped(*fyne.PointEvent) { t.onTap(t.model.ID) }

func (t *tab) setCompact(compact bool) {
	t.compact = compact
	draw.SetVisible(t.count.Object, !compact)
	t.Refresh()
}

// MinSize returns the size of label and count with padding.
func (t *tab) MinSize() fyne.Size {
	if t.compact {
		return fyne.NewSize(draw.Snap(t.textWidth(t.label)+theme.Grid(4)), theme.Grid(7))
	}
	return fyne.NewSize(draw.Snap(t.textWidth(t.label)+theme.Grid(1.5)+t.countWidth()+theme.Grid(5)), theme.Grid(7))
}

func (t *tab) textWidth(l *draw.Label) float32 {
	return fyne.MeasureText(l.FullText, theme.Size(draw.SizeCaption), fyne.TextStyle{}).Width + 1
}

// countWidth returns the width that is reserved for the count.
func (t *tab) countWidth() float32 {
	return fyne.MeasureText(strings.Repeat("0", t.digits), theme.Size(draw.SizeCaption), fyne.TextStyle{}).Width + 1
}

// CreateRenderer implements [fyne.Widget].
func (t *tab) CreateRenderer() fyne.WidgetRenderer {
	objects := []fyne.CanvasObject{t.background, t.label.Object, t.count.Object}
	return draw.NewRenderer(draw.Renderer{Content: objects, Arrange: t.arrange, Minimum: t.MinSize, Repaint: t.paint, Widget: t})
}

func (t *tab) arrange(size fyne.Size) {
	t.background.Resize(size)
	y := (size.Height - t.label.Height) / 2
	if t.compact {
		t.label.Place(fyne.NewPos(theme.Grid(2), y), t.textWidth(t.label))
		return
	}
	t.label.Place(fyne.NewPos(theme.Grid(2.5), y), t.textWidth(t.label))
	t.count.Place(fyne.NewPos(theme.Grid(4)+t.textWidth(t.label), y), max(t.countWidth(), t.textWidth(t.count)))
}

func (t *tab) paint() {
	t.background.CornerRadius = theme.Grid(1.5)
	t.background.FillColor, t.background.StrokeColor, t.background.StrokeWidth = nil, nil, 0
	if t.focused {
		t.background.StrokeColor, t.background.StrokeWidth = theme.Color(theme.ColorAccent), 1.5
	}
	switch {
	case t.selected:
		t.background.FillColor = theme.Color(theme.ColorAccentSoft)
	case t.hovered:
		t.background.FillColor = theme.Color(fynetheme.ColorNameHover)
	}
	t.label.Restyle()
	t.count.Restyle()
}
