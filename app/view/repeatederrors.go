package view

import "github.com/ferryapp/ferry/uploader"

// minRepeated is how many files must have the same error to be reported together.
const minRepeated = 3

// repeatedStates are the states that are reported. Sign-in has a message about the server,
// and decisions are asked for elsewhere.
var repeatedStates = [...]uploader.State{uploader.StateFailed, uploader.StateChanged, uploader.StateMissing, uploader.StateExpired}

// RepeatedErrors finds an error that many files have. The zero value has found none. It
// looks at the transfers only when the number of those in one of repeatedStates has changed.
type RepeatedErrors struct {
	counts    [uploader.NumStates]int
	groups    []ErrorGroup // the largest first
	dismissed map[ErrorKey]bool
}

// Update returns the largest group of files with the same error, and whether there is one.
func (r *RepeatedErrors) Update(s *uploader.Snapshot) (ErrorGroup, bool) {
	counts := [uploader.NumStates]int{}
	failed := 0
	for _, state := range repeatedStates {
		counts[state] = s.Totals.Count[state]
		failed += counts[state]
	}
	if counts != r.counts {
		r.counts = counts
		r.find(s, failed)
	}
	for _, g := range r.groups {
		if !r.dismissed[g.Key] {
			return g, true
		}
	}
	return ErrorGroup{}, false
}

// find finds the groups. Failed is the number of transfers that may be in one.
func (r *RepeatedErrors) find(s *uploader.Snapshot, failed int) {
	r.groups = nil
	if failed < minRepeated {
		clear(r.dismissed)
		return
	}
	all := errorGroups{}
	for _, row := range s.Transfers.Rows() {
		all.addRow(row)
	}
	dismissed := map[ErrorKey]bool{}
	for _, g := range all.sorted() {
		if g.Count < minRepeated || !isRepeatedState(g.Key.State) {
			continue
		}
		r.groups = append(r.groups, g)
		if r.dismissed[g.Key] {
			dismissed[g.Key] = true
		}
	}
	r.dismissed = dismissed
}

func isRepeatedState(state uploader.State) bool {
	for _, s := range repeatedStates {
		if s == state {
			return true
		}
	}
	return false
}

// Dismiss makes Update skip a group until fewer than minRepeated files have its error.
func (r *RepeatedErrors) Dismiss(g ErrorGroup) {
	if r.dismissed == nil {
		r.dismissed = map[ErrorKey]bool{}
	}
	r.dismissed[g.Key] = true
}
