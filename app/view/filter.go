package view

import (
	"slices"

	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/widgets"
	"github.com/ferryapp/ferry/widgets/theme"
)

// Filter is a group of states. The list shows the transfers in one of them.
type Filter uint8

// The filters, in the order of their tabs.
const (
	FilterAll Filter = iota
	FilterActive
	FilterWaiting
	FilterAttention
	FilterDone
	numFilters
)

var filterNames = [numFilters]string{"all", "active", "waiting", "trouble", "done"}

// String returns the name of the filter in translation keys and tab IDs.
func (f Filter) String() string { return filterNames[f] }

// FilterNamed returns the filter whose String is name, and whether there is one.
func FilterNamed(name string) (Filter, bool) {
	i := slices.Index(filterNames[:], name)
	return Filter(max(i, 0)), i >= 0 //nolint:gosec // an index of filterNames
}

// filterOf returns the filter of a state other than FilterAll.
func filterOf(state uploader.State) Filter {
	switch state {
	case uploader.StatePreparing, uploader.StateUploading, uploader.StateChecking:
		return FilterActive
	case uploader.StateDone, uploader.StateCancelled:
		return FilterDone
	}
	if NeedsAttention(state) {
		return FilterAttention
	}
	return FilterWaiting
}

// Tabs returns a tab for every filter with the number of its transfers, including empty
// ones, so that no tab moves.
func (o *Outline) Tabs() []widgets.Tab {
	counts := o.counts
	counts[FilterAll] = o.transfers.Len()
	tabs := make([]widgets.Tab, 0, numFilters)
	for f := range numFilters {
		n := counts[f]
		tabs = append(tabs, widgets.Tab{ID: f.String(), Label: words.Text("filter." + f.String()), Count: words.Number(n), Tone: f.tone(n)})
	}
	return tabs
}

func (f Filter) tone(n int) theme.Tone {
	if f == FilterAttention && n > 0 {
		return theme.Warning
	}
	return theme.Muted
}
