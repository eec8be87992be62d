package app

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/widgets"
	"github.com/ferryapp/ferry/widgets/draw"
	"github.com/ferryapp/ferry/widgets/theme"
)

// filterBar is the line above the list in which the filter is chosen and searched
// for words. It is there as long as there is anything to filter. It lives on the
// UI's goroutine.
type filterBar struct {
	content  *fyne.Container
	tabs     *widgets.Tabs
	scroll   *container.Scroll // holds them, where there is no room for all
	field    *widgets.SearchField
	opener   *widgets.IconButton // stands for the field where that has no room
	relayout func()
	chosen   filter
	focused  bool    // the field has the keyboard
	wide     float32 // the filters, as they were laid out
}

// filterActions is what the line does.
type filterActions struct {
	choose func(filter)
	seek   func(text string)
	find   func() // puts the keyboard into the field
	leave  func() // puts it to what was found
}

func newFilterBar(hints *widgets.Hints, actions filterActions) *filterBar {
	b := &filterBar{relayout: func() {}}
	b.tabs = widgets.NewTabs(func(id string) {
		for f, name := range filterNames {
			if name == id {
				actions.choose(filter(f))
			}
		}
	})
	b.field = widgets.NewSearchField(words.Say("search.placeholder"), hints, words.Say("search.clear"), actions.seek)
	b.field.OnLeave = actions.leave
	b.field.OnFocus = func(focused bool) {
		b.focused = focused
		b.content.Refresh()
	}
	b.opener = widgets.NewIconButton(theme.IconSearch, hints, words.Say("search.placeholder"), actions.find)
	b.scroll = container.NewHScroll(b.tabs)
	b.content = container.New(&filterLine{b}, b.scroll, b.field, b.opener)
	b.content.Hide()
	return b
}

// show brings the filters to the state of the snapshot. They are there as long as
// there is something to choose from.
func (b *filterBar) show(s *uploader.Snapshot, visible bool) {
	b.tabs.Set(tabsOf(s), b.chosen.String())
	if b.tabs.Width() != b.wide {
		b.content.Refresh()
		b.wide = b.tabs.Width()
	}
	if visible != b.content.Visible() {
		draw.SetVisible(b.content, visible)
		b.relayout()
	}
}

// filterLine lays out a filterBar: the filters at the left, the field at the
// right. Where there is no room for both the field is a button as long as it is not
// used. The filters do without their counts then, where that helps, and can be
// scrolled where nothing does.
type filterLine struct{ bar *filterBar }

// How wide the field is beside the filters, and what it takes from them at most,
// in steps of the grid.
const (
	fieldWidth = 56
	fieldLeast = 32
)

func (l *filterLine) MinSize([]fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(theme.Grid(60), l.bar.field.MinSize().Height+theme.Grid(1))
}

func (l *filterLine) Layout(_ []fyne.CanvasObject, size fyne.Size) {
	b, side := l.bar, theme.Grid(4)
	b.tabs.SetBrief(false)
	room := size.Width - side - theme.Grid(1)
	height := b.field.MinSize().Height
	searching := room-b.tabs.Width() >= theme.Grid(fieldWidth) || b.field.Text != "" || b.focused
	right := b.opener.MinSize().Width
	if searching {
		right = theme.Grid(fieldWidth)
	}
	if b.tabs.Width()+right > room {
		b.tabs.SetBrief(true)
	}
	if searching {
		right = min(max(room-b.tabs.Width(), theme.Grid(fieldLeast)), theme.Grid(fieldWidth))
	}
	draw.SetVisible(b.field, searching)
	draw.SetVisible(b.opener, !searching)
	b.field.Resize(fyne.NewSize(right, height))
	b.field.Move(fyne.NewPos(size.Width-side-right, 0))
	b.opener.Resize(fyne.NewSquareSize(height))
	b.opener.Move(fyne.NewPos(size.Width-theme.Grid(2)-height, 0)) // whose icon ends at the margin
	b.scroll.Resize(fyne.NewSize(room-right, height))
}

// filter shows some of the transfers from now on.
func (f *ferry) filter(chosen filter) {
	f.window.filter.chosen = chosen
	f.window.list.filter(chosen)
	f.presenter.now()
}

// seek shows what has these words from now on.
func (f *ferry) seek(text string) {
	f.window.list.seek(newSearch(text))
	f.presenter.now()
}

// find puts the keyboard into the search field.
func (f *ferry) find() {
	bar := f.window.filter
	if !bar.content.Visible() {
		return
	}
	bar.field.Show()
	f.window.window.Canvas().Focus(bar.field)
	bar.field.TypedShortcut(&fyne.ShortcutSelectAll{})
}

// toList puts the keyboard to the list.
func (f *ferry) toList() { f.window.window.Canvas().Focus(f.window.list.rows) }

// unmatched is what stands where filter and search leave nothing.
func unmatched(chosen filter, text string) widgets.EmptyModel {
	if newSearch(text).empty() {
		return widgets.EmptyModel{Title: words.Say("filter.empty." + chosen.String()), Button: words.Say("filter.show-all")}
	}
	model := widgets.EmptyModel{Title: words.Say("search.empty"), Button: words.Say("search.clear")}
	model.Hint = words.Say("search.empty.hint", words.Data{"Text": words.Printable(text)})
	if chosen != filterAll {
		model.Hint = words.Say("search.empty.hint.under", words.Data{"Text": words.Printable(text), "Filter": words.Say("filter." + chosen.String())})
	}
	return model
}

// showAll takes away what leaves nothing: the search, or else the filter.
func (f *ferry) showAll() {
	if field := f.window.filter.field; field.Text != "" {
		field.Clear()
		return
	}
	f.filter(filterAll)
}
