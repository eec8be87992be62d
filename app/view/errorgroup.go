package view

import (
	"cmp"
	"slices"

	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
)

// ErrorGroup is the transfers to one server that need attention for the same reason.
type ErrorGroup struct {
	Key   ErrorKey
	Count int

	first *uploader.Transfer
}

// ErrorKey identifies an [ErrorGroup].
type ErrorKey struct {
	Server uploader.ServerID
	State  uploader.State
	Kind   fault.Kind
	Code   string // "" unless Ferry has a text for the code
}

// errorKeyOf returns the group of a transfer, and whether it needs attention.
func errorKeyOf(t *uploader.Transfer) (ErrorKey, bool) {
	if t.Fault == nil {
		return ErrorKey{}, false
	}
	return errorKey(t.Server, t.Phase, t.State(), t.Fault.Kind, t.Fault.Code)
}

// errorKey returns the group of the transfers to a server with these values and a fault, and
// whether they need attention.
func errorKey(server uploader.ServerID, phase uploader.Phase, state uploader.State, kind fault.Kind, code string) (ErrorKey, bool) {
	if phase != uploader.PhaseFailed { // no other phase needs attention
		return ErrorKey{}, false
	}
	key := ErrorKey{Server: server, State: state, Kind: kind}
	if slices.Contains(fault.Codes(), code) {
		key.Code = code
	}
	return key, NeedsAttention(key.State)
}

// errorGroups collects groups.
type errorGroups map[ErrorKey]ErrorGroup

// add counts a transfer if it needs attention.
func (g errorGroups) add(t *uploader.Transfer) {
	if key, ok := errorKeyOf(t); ok {
		g.count(key, func() *uploader.Transfer { return t })
	}
}

// addRow counts a row if it needs attention. It costs less than add, for very many.
func (g errorGroups) addRow(row uploader.Row) {
	if !row.HasFault() {
		return
	}
	kind, code := row.FaultCode()
	if key, ok := errorKey(row.Server(), row.Phase(), row.State(), kind, code); ok {
		g.count(key, row.Transfer)
	}
}

// count counts a transfer of a group.
func (g errorGroups) count(key ErrorKey, transfer func() *uploader.Transfer) {
	group := g[key]
	if group.first == nil {
		group.first = transfer()
	}
	group.Key, group.Count = key, group.Count+1
	g[key] = group
}

// sorted returns the groups, the largest first.
func (g errorGroups) sorted() []ErrorGroup {
	groups := make([]ErrorGroup, 0, len(g))
	for _, group := range g {
		groups = append(groups, group)
	}
	slices.SortFunc(groups, func(a, b ErrorGroup) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.first.ID, b.first.ID))
	})
	return groups
}

// Contains reports whether a transfer belongs to the group.
func (g ErrorGroup) Contains(t *uploader.Transfer) bool {
	key, ok := errorKeyOf(t)
	return ok && key == g.Key
}

// Text returns what happened to how many files: "312 files: The server rejected the upload".
func (g ErrorGroup) Text() string {
	return words.Text("errors.group", words.Data{"Files": words.Files(g.Count), "Why": words.Fault(g.first.Fault, words.Subject{}).Short})
}

// Hint returns what the user can do.
func (g ErrorGroup) Hint(s *uploader.Snapshot) string {
	server, _ := s.ServerInUse(g.Key.Server)
	return words.Fault(g.first.Fault, words.Subject{Server: words.Server(server)}).Can
}

// Action returns the action that resolves the fault for all transfers of the group. One
// that only one transfer allows, such as locating its file, is replaced by a retry.
func (g ErrorGroup) Action() Action {
	situation := situationOf([]*uploader.Transfer{g.first})
	situation.Single = g.Count == 1
	return situation.buttons()[0]
}

// Label returns the label of the button for Action, with the number of files that it is
// applied to.
func (g ErrorGroup) Label() string {
	situation := situationOf([]*uploader.Transfer{g.first})
	key := situation.Label(g.Action())
	if g.Count == 1 || g.Action() != ActionRetry {
		return words.Text(key)
	}
	return words.Count(key+".all", g.Count)
}

// Selection returns those of the transfers that belong to the group.
func (g ErrorGroup) Selection(transfers []*uploader.Transfer) Selection {
	var members []*uploader.Transfer
	for _, t := range transfers {
		if g.Contains(t) {
			members = append(members, t)
		}
	}
	return SelectionOf(members...)
}
