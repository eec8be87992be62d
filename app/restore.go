package app

import (
	"slices"

	"fyne.io/fyne/v2"

	"github.com/ferryapp/ferry/app/view"
	"github.com/ferryapp/ferry/app/windowstate"
	"github.com/ferryapp/ferry/uploader"
)

// restore opens and selects what was open and selected when Ferry ended. It has an effect
// at the first snapshot that is shown after loading.
func (w *window) restore() {
	if w.restored {
		return
	}
	w.restored = true
	state := w.state.Get()
	w.list.SetSort(view.SortNamed(state.Sort))
	w.list.OpenBatches(state.OpenBatches)
	w.list.Rows.Select(state.Selected...)
	switch {
	case state.Details != 0:
		w.openTransfer(state.Details)
	case state.DetailsOfRows:
		w.openDetails(view.SubjectOf(w.list.Selected()))
	}
}

// keepSelection keeps which rows are selected, and which batches are open.
func (w *window) keepSelection() {
	if !w.restored {
		return
	}
	var selected []int64
	if w.list.Rows.SelectedCount() <= windowstate.MaxSelected {
		selected = w.list.Rows.Selected()
	}
	open := w.list.Open()
	slices.Sort(open)
	if kept := w.state.Get(); !slices.Equal(kept.Selected, selected) || !slices.Equal(kept.OpenBatches, open) {
		w.state.Update(func(s *windowstate.State) { s.Selected, s.OpenBatches = selected, open })
	}
}

// The toolkit's preferences in which earlier versions kept the state of all profiles.
const (
	prefDestination   = "destination"
	prefHideExplained = "hide-explained"
)

// importPreferences takes over what an earlier version kept in the toolkit's preferences.
// It was for all profiles, but the number of a server is that of one profile: only the
// default profile gets it.
func importPreferences(preferences fyne.Preferences, config Config) {
	if config.State.Saved() || !config.DefaultProfile {
		return
	}
	config.State.Update(func(s *windowstate.State) {
		s.Destination = uploader.ServerID(preferences.Int(prefDestination))
		s.HideExplained = preferences.Bool(prefHideExplained)
	})
}
