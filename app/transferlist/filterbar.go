package transferlist

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"github.com/ferryapp/ferry/app/view"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/widgets"
	"github.com/ferryapp/ferry/widgets/draw"
	"github.com/ferryapp/ferry/widgets/theme"
)

// FilterBar is the bar above the list with the filters, the order and the search field. It is
// visible while there is something to filter. It must be used on the UI goroutine.
type FilterBar struct {
	Content      *fyne.Container
	tabs         *widgets.Tabs
	scroll       *container.Scroll // contains the tabs, which do not fit in a narrow window
	Field        *widgets.SearchField
	searchButton *widgets.IconButton // replaces the field in a narrow window
	sortButton   *widgets.IconButton
	Relayout     func()
	Chosen       view.Filter
	focused      bool    // the field has the focus
	tabsWidth    float32 // at the last layout
}

// FilterActions are the actions of the filter bar.
type FilterActions struct {
	Choose      func(view.Filter)
	Search      func(text string)
	Sort        func(view.Sort)
	Sorted      func() view.Sort // returns the order of the list
	FocusSearch func()
	FocusList   func()
}

// NewFilterBar returns a hidden filter bar.
func NewFilterBar(tooltips *widgets.Tooltips, actions FilterActions) *FilterBar {
	b := &FilterBar{Relayout: func() {}}
	b.tabs = widgets.NewTabs(func(id string) {
		if chosen, known := view.FilterNamed(id); known {
			actions.Choose(chosen)
		}
	})
	b.Field = widgets.NewSearchField(words.Text("search.placeholder"), tooltips, words.Text("search.clear"), actions.Search)
	b.Field.OnLeave = actions.FocusList
	b.Field.OnFocus = func(focused bool) {
		b.focused = focused
		b.Content.Refresh()
	}
	b.searchButton = widgets.NewIconButton(theme.IconSearch, tooltips, words.Text("search.placeholder"), actions.FocusSearch)
	b.sortButton = widgets.NewIconButton(theme.IconSort, tooltips, words.Text("sort.title"), func() {
		canvas := fyne.CurrentApp().Driver().CanvasForObject(b.sortButton)
		widget.ShowPopUpMenuAtRelativePosition(SortMenu(actions), canvas, fyne.NewPos(0, b.sortButton.Size().Height), b.sortButton)
	})
	b.scroll = container.NewHScroll(b.tabs)
	b.Content = container.New(&filterLayout{b}, b.scroll, b.sortButton, b.Field, b.searchButton)
	b.Content.Hide()
	return b
}

// Show shows the tabs of the filters.
func (b *FilterBar) Show(tabs []widgets.Tab, visible bool) {
	b.tabs.Set(tabs, b.Chosen.String())
	if b.tabs.Width() != b.tabsWidth {
		b.Content.Refresh()
		b.tabsWidth = b.tabs.Width()
	}
	if visible != b.Content.Visible() {
		draw.SetVisible(b.Content, visible)
		b.Relayout()
	}
}

// filterLayout lays out a [FilterBar]: the filters at the left, the field at the right. In
// a narrow window a button replaces the field while it is not used, the filters have no
// counts and can be scrolled, and the field hides the button for the order.
type filterLayout struct{ bar *FilterBar }

// The usual and the smallest width of the field, in steps of the grid.
const (
	fieldWidth    = 56
	minFieldWidth = 32
)

func (l *filterLayout) MinSize([]fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(theme.Grid(60), l.bar.Field.MinSize().Height+theme.Grid(1))
}

func (l *filterLayout) Layout(_ []fyne.CanvasObject, size fyne.Size) {
	b, margin := l.bar, theme.Grid(4)
	b.tabs.SetCompact(false)
	height := b.Field.MinSize().Height
	width := size.Width - margin - theme.Grid(1) // with the button for the order, which is square
	rest := width - height
	showField := rest-b.tabs.Width() >= theme.Grid(fieldWidth) || b.Field.Text != "" || b.focused
	right := b.searchButton.MinSize().Width
	if showField {
		right = theme.Grid(fieldWidth)
	}
	if b.tabs.Width()+right > rest {
		b.tabs.SetCompact(true)
	}
	showSort := !showField || b.tabs.Width()+theme.Grid(minFieldWidth) <= rest
	if !showSort {
		rest = width
	}
	if showField {
		right = min(max(rest-b.tabs.Width(), theme.Grid(minFieldWidth)), theme.Grid(fieldWidth))
	}
	draw.SetVisible(b.Field, showField)
	draw.SetVisible(b.searchButton, !showField)
	b.Field.Resize(fyne.NewSize(right, height))
	b.Field.Move(fyne.NewPos(size.Width-margin-right, 0))
	b.searchButton.Resize(fyne.NewSquareSize(height))
	b.searchButton.Move(fyne.NewPos(size.Width-theme.Grid(2)-height, 0)) // the icon ends at the margin
	draw.SetVisible(b.sortButton, showSort)
	b.sortButton.Resize(fyne.NewSquareSize(height))
	b.sortButton.Move(fyne.NewPos(size.Width-margin-right-height, 0))
	b.scroll.Resize(fyne.NewSize(rest-right, height))
}

// SortMenu returns the menu of the orders of the list.
func SortMenu(actions FilterActions) *fyne.Menu {
	menu := fyne.NewMenu("")
	for order := range view.NumSorts {
		item := fyne.NewMenuItem(words.Text("sort."+order.String()), func() { actions.Sort(order) })
		item.Checked = order == actions.Sorted()
		menu.Items = append(menu.Items, item)
	}
	return menu
}

// NoMatches returns what replaces the list if filter and search match nothing.
func NoMatches(chosen view.Filter, text string) widgets.EmptyModel {
	if view.NewSearch(text).Empty() {
		return widgets.EmptyModel{Title: words.Text("filter.empty." + chosen.String()), Button: words.Text("filter.show-all")}
	}
	model := widgets.EmptyModel{Title: words.Text("search.empty"), Button: words.Text("search.clear")}
	model.Hint = words.Text("search.empty.hint", words.Data{"Text": words.Printable(text)})
	if chosen != view.FilterAll {
		model.Button, model.Second = words.Text("search.everywhere"), words.Text("search.clear")
		model.Hint = words.Text("search.empty.hint.under", words.Data{"Text": words.Printable(text), "Filter": words.Text("filter." + chosen.String())})
	}
	return model
}

// CopyState copies the filter and the search of another bar.
func (b *FilterBar) CopyState(other *FilterBar) {
	b.Chosen, b.Field.Text = other.Chosen, other.Field.Text
}
