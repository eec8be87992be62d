package app

import (
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
