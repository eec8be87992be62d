package app

import (
	"slices"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/widgets/theme"
)

// action is something a person can do to what is in the list, in the order of the
// menu.
type action uint8

const (
	actPause action = iota
	actResume
	actContinue
	actSignIn
	actElsewhere
	actRetry
	actLocate
	actLink
	actPriorLink
	actOpen
	actReveal
	actDetails
	actTop
	actUp
	actDown
	actBottom
	actCancel
	actRemove
	actions
)

var actionNames = [actions]string{
	"pause", "resume", "continue", "sign-in", "elsewhere", "retry", "locate", "link", "prior-link", "open", "reveal", "details", "top", "up", "down", "bottom", "cancel", "remove",
}

func (a action) String() string { return actionNames[a] }

// part is which actions stand together in the menu.
func (a action) part() int {
	switch {
	case a < actLink:
		return 0
	case a < actTop:
		return 1
	case a < actCancel:
		return 2
	default:
		return 3
	}
}

// situation is what decides what can be done to one transfer, or to many
// together.
type situation struct {
	count   [uploader.StateCancelled + 1]int // by state
	several int                              // of those that ask: about which earlier upload it is
	prior   int                              // of those that ask: about one that has a link
	large   int                              // larger than their server takes
	links   int                              // finished ones that have a link
	files   int                              // received by this computer
	looking bool                             // more is being found
	one     bool                             // it is a single transfer
}

// situationOf is the situation of transfers.
func situationOf(transfers []*uploader.Transfer) situation {
	s := situation{one: len(transfers) == 1}
	for _, t := range transfers {
		s.count[t.State()]++
		switch {
		case fault.Is(t.Fault, fault.TooLarge) && t.State() == uploader.StateFailed:
			s.large++
		case t.State() != uploader.StateAsking:
		case t.Fault.Kind == fault.Several:
			s.several++
		case t.Server != uploader.BuiltinServer:
			s.prior++
		}
		if linkOf(t) != "" {
			s.links++
		}
		if received(t) {
			s.files++
		}
	}
	return s
}

// situationOfBatch is the situation of a batch, as far as its row's buttons need
// it.
func situationOfBatch(b *uploader.Batch, sum uploader.Sum) situation {
	return situation{count: sum.Count, looking: !b.Expanded}
}

func (s situation) any(states ...uploader.State) bool {
	return slices.ContainsFunc(states, func(state uploader.State) bool { return s.count[state] > 0 })
}

// stuck reports whether something of it waits for a person.
func (s situation) stuck() bool {
	for state, n := range s.count {
		if n > 0 && needsPerson(uploader.State(state)) {
			return true
		}
	}
	return false
}

func (s situation) moves() bool {
	return s.any(uploader.StatePreparing, uploader.StateUploading, uploader.StateChecking)
}

func (s situation) waits() bool {
	return s.any(uploader.StateOffline, uploader.StateRetrying, uploader.StateBusy)
}

// allows reports whether the action makes sense for any of it.
func (s situation) allows(a action) bool {
	switch a {
	case actPause:
		return s.moves() || s.waits() || s.any(uploader.StateWaiting) || s.looking && !s.any(uploader.StatePaused)
	case actResume:
		return s.any(uploader.StatePaused)
	case actContinue:
		return s.several > 0
	case actSignIn:
		return s.any(uploader.StateSignIn)
	case actElsewhere:
		return s.one && s.large > 0
	case actRetry:
		return s.stuck() || s.waits() || s.any(uploader.StateCancelled)
	case actLocate:
		return s.one && s.any(uploader.StateMissing)
	case actLink:
		return s.links > 0
	case actPriorLink:
		return s.one && s.prior > 0
	case actOpen, actReveal:
		return s.one && !s.any(uploader.StateMissing)
	case actDetails:
		return s.one
	case actCancel:
		return s.allows(actPause) || s.allows(actResume)
	case actRemove:
		return s.stuck() || s.any(uploader.StateDone, uploader.StateCancelled)
	case actTop, actUp, actDown, actBottom:
		return s.allows(actCancel) || s.stuck()
	default:
		return false
	}
}

// buttons are the actions that have a button in the row, in the order in which
// these stand. The first is the obvious one.
func (s situation) buttons() []action {
	var buttons []action
	add := func(when bool, a action) {
		if when && s.allows(a) {
			buttons = append(buttons, a)
		}
	}
	add(true, actContinue)
	add(true, actSignIn)
	add(true, actLocate)
	add(true, actElsewhere)
	add(!s.moves() && !s.allows(actSignIn) && !s.allows(actLocate) && !s.allows(actElsewhere), actRetry)
	add(true, actPriorLink)
	add(true, actPause)
	add(!s.allows(actPause), actResume)
	add(true, actCancel)
	if !s.allows(actCancel) {
		add(s.one, actLink)
		add(s.one && s.files > 0, actReveal)
		add(true, actRemove)
	}
	return buttons
}

// prominent reports whether the action's button shows its words: what it is for
// goes no further without a person, and this is the way out, or it waits for a time
// that a person need not wait for.
func (s situation) prominent(a action) bool {
	held := s.stuck() || s.any(uploader.StateRetrying, uploader.StateBusy)
	return held && !s.moves() && a == s.buttons()[0]
}

// label is the key of the action's words.
func (s situation) label(a action) string {
	key := "action." + a.String()
	if a != actRetry {
		return key
	}
	switch {
	case s.several > 0:
		return key + ".new"
	case s.any(uploader.StateAsking):
		return key + ".again"
	case s.any(uploader.StateSignIn, uploader.StateMissing, uploader.StateFailed):
		return key
	case s.any(uploader.StateChanged, uploader.StateForgotten):
		return key + ".start-over"
	case s.waits():
		return key + ".now"
	default:
		return key + ".again"
	}
}

// icon is the action's sign.
func (a action) icon() theme.IconName {
	return [actions]theme.IconName{
		theme.IconPause, theme.IconResume, theme.IconResume, theme.IconKey, theme.IconServer, theme.IconRetry, theme.IconSearch, theme.IconLink, theme.IconLink, theme.IconView,
		theme.IconFolderOpen, theme.IconDetails, theme.IconTop, theme.IconUp, theme.IconDown, theme.IconBottom, theme.IconCancel, theme.IconRemove,
	}[a]
}

// command is the engine's word for the action; nil for what is done without it.
func (a action) command(target uploader.Target) uploader.Command {
	switch a {
	case actPause:
		return uploader.Pause{Target: target}
	case actResume:
		return uploader.Resume{Target: target}
	case actContinue:
		return uploader.Continue{Target: target}
	case actRetry:
		return uploader.Retry{Target: target}
	case actCancel:
		return uploader.Cancel{Target: target}
	case actRemove:
		return uploader.Remove{Target: target}
	case actTop, actUp, actDown, actBottom:
		return uploader.Move{Target: target, To: a.place()}
	default:
		return nil
	}
}

func (a action) place() uploader.Place {
	return map[action]uploader.Place{
		actTop: uploader.PlaceTop, actUp: uploader.PlaceUp, actDown: uploader.PlaceDown, actBottom: uploader.PlaceBottom,
	}[a]
}

// allows reports whether the action makes sense for the transfer.
func (a action) allows(t *uploader.Transfer) bool {
	return situationOf([]*uploader.Transfer{t}).allows(a)
}
