package app

import (
	"fyne.io/fyne/v2"

	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/widgets"
	"github.com/ferryapp/ferry/widgets/theme"
)

// filter is which of the transfers the list shows.
type filter uint8

const (
	filterAll filter = iota
	filterActive
	filterWaiting
	filterTrouble
	filterDone
	filters
)

var filterNames = [filters]string{"all", "active", "waiting", "trouble", "done"}

func (f filter) String() string { return filterNames[f] }

// filterOf is the filter, apart from all, under which a state is shown.
func filterOf(state uploader.State) filter {
	switch state {
	case uploader.StatePreparing, uploader.StateUploading, uploader.StateChecking:
		return filterActive
	case uploader.StateDone, uploader.StateCancelled:
		return filterDone
	}
	if needsPerson(state) {
		return filterTrouble
	}
	return filterWaiting
}

// tabsOf are all filters with how much is under each. None is left out, so that
// none moves away from under the pointer.
func tabsOf(s *uploader.Snapshot) []widgets.Tab {
	var counts [filters]int
	counts[filterAll] = len(s.Transfers)
	for state, n := range s.Totals.Count {
		counts[filterOf(state)] += n
	}
	tabs := make([]widgets.Tab, 0, filters)
	for f := range filters {
		n := counts[f]
		tabs = append(tabs, widgets.Tab{ID: f.String(), Label: words.Say("filter." + f.String()), Count: words.Number(n), Tone: f.tone(n)})
	}
	return tabs
}

func (f filter) tone(n int) theme.Tone {
	if f == filterTrouble && n > 0 {
		return theme.Warning
	}
	return theme.Muted
}

// filterBar is the line above the list in which the filter is chosen. It is there
// as long as there is anything to filter. It lives on the UI's goroutine.
type filterBar struct {
	content  *widgets.Tabs
	relayout func()
	chosen   filter
}

func newFilterBar(choose func(filter)) *filterBar {
	b := &filterBar{relayout: func() {}}
	b.content = widgets.NewTabs(func(id string) {
		for f, name := range filterNames {
			if name == id {
				choose(filter(f))
			}
		}
	})
	b.content.Hide()
	return b
}

func (b *filterBar) show(s *uploader.Snapshot) {
	b.content.Set(tabsOf(s), b.chosen.String())
	if visible := len(s.Transfers) > 0; visible != b.content.Visible() {
		setVisible(b.content, visible)
		b.relayout()
	}
}

// filter shows some of the transfers from now on.
func (f *ferry) filter(chosen filter) {
	f.window.filter.chosen = chosen
	f.window.list.filter(chosen)
	f.presenter.now()
}

// emptyUnderFilter stands where the filter leaves nothing.
func emptyUnderFilter(showAll func()) fyne.CanvasObject {
	return widgets.NewEmptyState(widgets.EmptyModel{Title: words.Say("filter.empty"), Button: words.Say("filter.show-all")}, showAll)
}
