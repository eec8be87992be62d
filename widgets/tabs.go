package widgets

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	fynetheme "fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/ferryapp/ferry/widgets/draw"
	"github.com/ferryapp/ferry/widgets/theme"
)

// Tab is one of several views of the same things.
type Tab struct {
	ID    string
	Label string
	Count string // of what it shows
	Tone  theme.Tone
}

// Tabs is a line of words of which one is chosen.
type Tabs struct {
	widget.BaseWidget

	// OnChosen is told the ID of the tab that was tapped.
	OnChosen func(id string)

	tabs   []Tab
	chosen string
	brief  bool // without the counts
	parts  []*tab
}

// NewTabs makes a line without tabs.
func NewTabs(onChosen func(id string)) *Tabs {
	t := &Tabs{OnChosen: onChosen}
	t.ExtendBaseWidget(t)
	return t
}

// Set shows tabs, of which one is chosen. The same again costs nothing.
func (t *Tabs) Set(tabs []Tab, chosen string) {
	if slices.Equal(tabs, t.tabs) && chosen == t.chosen {
		return
	}
	t.tabs, t.chosen = slices.Clone(tabs), chosen
	for len(t.parts) < len(tabs) {
		part := newTab(t.tapped)
		part.brief = t.brief
		t.parts = append(t.parts, part)
	}
	for i, part := range t.parts {
		draw.SetVisible(part, i < len(tabs))
		if i < len(tabs) {
			part.set(tabs[i], tabs[i].ID == chosen)
		}
	}
	t.Refresh()
}

// SetBrief has the tabs do without their counts, or with them again.
func (t *Tabs) SetBrief(brief bool) {
	if brief == t.brief {
		return
	}
	t.brief = brief
	for _, part := range t.parts {
		part.setBrief(brief)
	}
	t.Refresh()
}

func (t *Tabs) tapped(id string) {
	if id != t.chosen && t.OnChosen != nil {
		t.OnChosen(id)
	}
}

// Width is the room that all tabs need.
func (t *Tabs) Width() float32 {
	width := theme.Grid(3)
	for i := range t.tabs {
		width += t.parts[i].MinSize().Width + theme.Grid(1)
	}
	return width
}

// MinSize is room for all tabs.
func (t *Tabs) MinSize() fyne.Size { return fyne.NewSize(t.Width(), theme.Grid(8)) }

// CreateRenderer is called by the toolkit.
func (t *Tabs) CreateRenderer() fyne.WidgetRenderer { return &tabsRenderer{t} }

type tabsRenderer struct{ tabs *Tabs }

func (r *tabsRenderer) Objects() []fyne.CanvasObject {
	objects := make([]fyne.CanvasObject, len(r.tabs.parts))
	for i, part := range r.tabs.parts {
		objects[i] = part
	}
	return objects
}

func (r *tabsRenderer) Layout(size fyne.Size) {
	x := theme.Grid(3)
	for _, part := range r.tabs.parts {
		if !part.Visible() {
			continue
		}
		least := part.MinSize()
		part.Resize(least)
		part.Move(fyne.NewPos(x, draw.Snap((size.Height-least.Height)/2)))
		x += least.Width + theme.Grid(1)
	}
}

func (r *tabsRenderer) MinSize() fyne.Size { return r.tabs.MinSize() }
func (r *tabsRenderer) Destroy()           {}

func (r *tabsRenderer) Refresh() {
	r.Layout(r.tabs.Size())
	canvas.Refresh(r.tabs)
}

// tab is one word of Tabs, with its count.
type tab struct {
	widget.BaseWidget
	pointed
	onTap  func(id string)
	model  Tab
	chosen bool
	brief  bool

	back  *canvas.Rectangle
	word  *draw.Label
	count *draw.Label
}

var (
	_ desktop.Hoverable  = (*tab)(nil)
	_ desktop.Cursorable = (*tab)(nil)
)

func newTab(onTap func(id string)) *tab {
	t := &tab{
		onTap: onTap,
		back:  &canvas.Rectangle{},
		word:  draw.NewLabel(draw.SizeCaption, theme.ColorText),
		count: draw.NewLabel(draw.SizeCaption, theme.ColorMuted),
	}
	t.repaint = t.Refresh
	t.ExtendBaseWidget(t)
	return t
}

func (t *tab) set(model Tab, chosen bool) {
	t.model, t.chosen = model, chosen
	t.word.Set(model.Label, theme.ColorText)
	t.count.Set(model.Count, model.Tone.Color())
	t.Refresh()
}

// Tapped is called by the toolkit.
func (t *tab) Tapped(*fyne.PointEvent) { t.onTap(t.model.ID) }

func (t *tab) setBrief(brief bool) {
	t.brief = brief
	draw.SetVisible(t.count.Object, !brief)
	t.Refresh()
}

// MinSize is room for the words.
func (t *tab) MinSize() fyne.Size {
	if t.brief {
		return fyne.NewSize(draw.Snap(t.wide(t.word)+theme.Grid(4)), theme.Grid(7))
	}
	return fyne.NewSize(draw.Snap(t.wide(t.word)+theme.Grid(1.5)+t.wide(t.count)+theme.Grid(5)), theme.Grid(7))
}

func (t *tab) wide(l *draw.Label) float32 {
	return fyne.MeasureText(l.FullText, theme.Size(draw.SizeCaption), fyne.TextStyle{}).Width + 1
}

// CreateRenderer is called by the toolkit.
func (t *tab) CreateRenderer() fyne.WidgetRenderer {
	objects := []fyne.CanvasObject{t.back, t.word.Object, t.count.Object}
	return &draw.Renderer{Content: objects, Arrange: t.arrange, Minimum: t.MinSize, Repaint: t.paint, Widget: t}
}

func (t *tab) arrange(size fyne.Size) {
	t.back.Resize(size)
	y := (size.Height - t.word.Height) / 2
	if t.brief {
		t.word.Place(fyne.NewPos(theme.Grid(2), y), t.wide(t.word))
		return
	}
	t.word.Place(fyne.NewPos(theme.Grid(2.5), y), t.wide(t.word))
	t.count.Place(fyne.NewPos(theme.Grid(4)+t.wide(t.word), y), t.wide(t.count))
}

func (t *tab) paint() {
	t.back.CornerRadius = theme.Grid(1.5)
	t.back.FillColor = nil
	switch {
	case t.chosen:
		t.back.FillColor = theme.Color(theme.ColorAccentSoft)
	case t.hovered:
		t.back.FillColor = theme.Color(fynetheme.ColorNameHover)
	}
	t.word.Restyle()
	t.count.Restyle()
}
