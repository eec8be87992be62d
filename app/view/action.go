package view

import (
	"slices"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/widgets/theme"
)

// Action is an action of the user on transfers in the list. The constants are in the
// order of the menu.
type Action uint8

// The actions.
const (
	ActionPause Action = iota
	ActionResume
	ActionContinue
	ActionUploadAsIs
	ActionExists
	ActionSignIn
	ActionRetry
	ActionLocate
	ActionCopyLink
	ActionCopyPriorLink
	ActionOpen
	ActionReveal
	ActionOtherServer
	ActionDetails
	ActionMoveTop
	ActionMoveUp
	ActionMoveDown
	ActionMoveBottom
	ActionCancel
	ActionRemove
	NumActions
)

var actionNames = [NumActions]string{
	ActionPause:         "pause",
	ActionResume:        "resume",
	ActionContinue:      "continue",
	ActionUploadAsIs:    "as-is",
	ActionExists:        "exists",
	ActionSignIn:        "sign-in",
	ActionRetry:         "retry",
	ActionLocate:        "locate",
	ActionCopyLink:      "link",
	ActionCopyPriorLink: "prior-link",
	ActionOpen:          "open",
	ActionReveal:        "reveal",
	ActionOtherServer:   "elsewhere",
	ActionDetails:       "details",
	ActionMoveTop:       "top",
	ActionMoveUp:        "up",
	ActionMoveDown:      "down",
	ActionMoveBottom:    "bottom",
	ActionCancel:        "cancel",
	ActionRemove:        "remove",
}

// String returns the name of the action in translation keys and button IDs.
func (a Action) String() string { return actionNames[a] }

// ActionNamed returns the action whose String is name, and whether there is one.
func ActionNamed(name string) (Action, bool) {
	i := slices.Index(actionNames[:], name)
	return Action(max(i, 0)), i >= 0 //nolint:gosec // an index of actionNames
}

// Group returns the index of the menu section that contains the action.
func (a Action) Group() int {
	switch {
	case a < ActionCopyLink:
		return 0
	case a < ActionMoveTop:
		return 1
	case a < ActionCancel:
		return 2
	default:
		return 3
	}
}

// Situation is the summary of one or more transfers that determines which actions are
// possible.
type Situation struct {
	count      [uploader.StateCancelled + 1]int // by state
	ambiguous  int                              // ambiguous matches: the user chooses which earlier upload to continue
	unproven   int                              // not comparable with what was sent: the user chooses whether to continue
	changing   int                              // another program may still be writing their files
	priorLinks int                              // already uploaded, with the link of the earlier upload
	existing   int                              // their names exist on the server: the user chooses what becomes of them
	forbidden  int                              // failed because the server does not allow them: another sign-in may help
	tooLarge   int                              // failed because they exceed the server's maximum size
	links      int                              // finished, with a link
	received   int                              // received by the built-in receiver
	scanning   bool                             // the scan is still running
	Single     bool                             // one transfer, no batch
}

// situationOf summarizes transfers.
func situationOf(transfers []*uploader.Transfer) Situation {
	s := Situation{Single: len(transfers) == 1}
	for _, t := range transfers {
		s.count[t.State()]++
		switch {
		case TooLarge(t):
			s.tooLarge++
		case t.NameExists():
			s.existing++
		case t.State() == uploader.StateFailed && t.Fault.Forbidden():
			s.forbidden++
		case t.NotComparable():
			s.unproven++
		case t.State() != uploader.StateNeedsDecision:
		case t.Fault.Kind == fault.AmbiguousMatch:
			s.ambiguous++
		case t.Fault.Kind == fault.AlreadyUploaded && t.Server != uploader.BuiltinServer:
			s.priorLinks++
		}
		if t.WaitsForFile() {
			s.changing++
		}
		if hasLink(t) {
			s.links++
		}
		if Received(t) {
			s.received++
		}
	}
	return s
}

// situationOfBatch summarizes a batch, without what only the buttons of single transfers
// need.
func situationOfBatch(b *uploader.Batch, sum uploader.BatchTotals) Situation {
	return Situation{count: sum.Count, scanning: !b.Scanned}
}

// TooLarge reports whether a transfer failed because its file exceeds the maximum size of
// its server.
func TooLarge(t *uploader.Transfer) bool {
	return fault.Is(t.Fault, fault.TooLarge) && t.State() == uploader.StateFailed
}

func (s Situation) any(states ...uploader.State) bool {
	return slices.ContainsFunc(states, func(state uploader.State) bool { return s.count[state] > 0 })
}

// needsAttention reports whether any of the transfers needs the user's attention.
func (s Situation) needsAttention() bool {
	for state, n := range s.count {
		if n > 0 && NeedsAttention(uploader.State(state)) {
			return true
		}
	}
	return false
}

func (s Situation) active() bool {
	return s.any(uploader.StatePreparing, uploader.StateUploading, uploader.StateChecking)
}

func (s Situation) retrying() bool {
	return s.any(uploader.StateOffline, uploader.StateRetrying, uploader.StateBusy)
}

// Allows reports whether the action is possible for at least one of the transfers.
func (s Situation) Allows(a Action) bool {
	switch a {
	case ActionPause:
		return s.active() || s.retrying() || s.any(uploader.StateWaiting) || s.scanning && !s.any(uploader.StatePaused)
	case ActionResume:
		return s.any(uploader.StatePaused)
	case ActionContinue:
		return s.ambiguous > 0 || s.unproven > 0
	case ActionUploadAsIs:
		return s.changing > 0
	case ActionExists:
		return s.existing > 0
	case ActionSignIn:
		return s.any(uploader.StateSignIn) || s.forbidden > 0
	case ActionOtherServer:
		return s.any(uploader.States()...)
	case ActionRetry:
		return s.needsAttention() || s.retrying() || s.any(uploader.StateCancelled)
	case ActionLocate:
		return s.Single && s.any(uploader.StateMissing)
	case ActionCopyLink:
		return s.links > 0
	case ActionCopyPriorLink:
		return s.Single && s.priorLinks > 0
	case ActionOpen, ActionReveal:
		return s.Single && !s.any(uploader.StateMissing)
	case ActionDetails:
		return true
	case ActionCancel:
		return s.Allows(ActionPause) || s.Allows(ActionResume)
	case ActionRemove:
		return s.needsAttention() || s.any(uploader.StateDone, uploader.StateCancelled)
	case ActionMoveTop, ActionMoveUp, ActionMoveDown, ActionMoveBottom:
		return s.Allows(ActionCancel) || s.needsAttention()
	default:
		return false
	}
}

// buttons returns the actions that have a button in the row, the most likely one first.
func (s Situation) buttons() []Action {
	var buttons []Action
	add := func(condition bool, a Action) {
		if condition && s.Allows(a) {
			buttons = append(buttons, a)
		}
	}
	add(true, ActionContinue)
	add(true, ActionUploadAsIs)
	add(true, ActionExists)
	add(true, ActionSignIn)
	add(true, ActionLocate)
	add(s.tooLarge > 0, ActionOtherServer)
	add(!s.active() && s.existing == 0 && !s.any(uploader.StateSignIn) && !s.Allows(ActionLocate) && s.tooLarge == 0, ActionRetry)
	add(true, ActionCopyPriorLink)
	add(true, ActionPause)
	add(!s.Allows(ActionPause), ActionResume)
	add(true, ActionCancel)
	if !s.Allows(ActionCancel) {
		add(s.Single, ActionCopyLink)
		add(s.Single && s.received > 0, ActionReveal)
		add(true, ActionRemove)
	}
	return buttons
}

// labelled reports whether the action's button shows its text: the transfers need
// attention and the action resolves that, or they wait for a retry or for their file and
// the action skips the wait.
func (s Situation) labelled(a Action) bool {
	blocked := s.needsAttention() || s.changing > 0 || s.any(uploader.StateRetrying, uploader.StateBusy)
	return blocked && !s.active() && a == s.buttons()[0]
}

// Label returns the translation key of the action's text.
func (s Situation) Label(a Action) string {
	key := "action." + a.String()
	if a == ActionContinue && s.ambiguous == 0 {
		return key + ".same"
	}
	if a == ActionOtherServer && s.tooLarge > 0 {
		return key + ".too-large"
	}
	if a == ActionCopyLink && s.links > 1 {
		return key + ".several"
	}
	if a != ActionRetry {
		return key
	}
	switch {
	case s.ambiguous > 0:
		return key + ".new"
	case s.existing > 0:
		return key
	case s.any(uploader.StateNeedsDecision):
		return key + ".again"
	case s.any(uploader.StateSignIn, uploader.StateMissing, uploader.StateFailed):
		return key
	case s.any(uploader.StateChanged, uploader.StateExpired):
		return key + ".start-over"
	case s.retrying():
		return key + ".now"
	default:
		return key + ".again"
	}
}

// Icon returns the action's icon.
func (a Action) Icon() theme.IconName {
	return [NumActions]theme.IconName{
		ActionPause:         theme.IconPause,
		ActionResume:        theme.IconResume,
		ActionContinue:      theme.IconResume,
		ActionUploadAsIs:    theme.IconUploading,
		ActionExists:        theme.IconInfo,
		ActionSignIn:        theme.IconKey,
		ActionRetry:         theme.IconRetry,
		ActionLocate:        theme.IconSearch,
		ActionCopyLink:      theme.IconLink,
		ActionCopyPriorLink: theme.IconLink,
		ActionOpen:          theme.IconView,
		ActionReveal:        theme.IconFolderOpen,
		ActionOtherServer:   theme.IconServer,
		ActionDetails:       theme.IconDetails,
		ActionMoveTop:       theme.IconTop,
		ActionMoveUp:        theme.IconUp,
		ActionMoveDown:      theme.IconDown,
		ActionMoveBottom:    theme.IconBottom,
		ActionCancel:        theme.IconCancel,
		ActionRemove:        theme.IconRemove,
	}[a]
}

// Command returns the command that performs the action; nil for actions without a
// command.
func (a Action) Command(target uploader.Target) uploader.Command {
	switch a {
	case ActionPause:
		return uploader.Pause{Target: target}
	case ActionResume:
		return uploader.Resume{Target: target}
	case ActionContinue:
		return uploader.ContinueEarlier{Target: target}
	case ActionRetry:
		return uploader.Retry{Target: target}
	case ActionCancel:
		return uploader.Cancel{Target: target}
	case ActionRemove:
		return uploader.Remove{Target: target}
	default:
		return nil
	}
}

// MoveTo returns where one of the actions to move transfers moves them to.
func (a Action) MoveTo() uploader.MoveTo {
	return map[Action]uploader.MoveTo{
		ActionMoveTop: uploader.MoveTop, ActionMoveUp: uploader.MoveUp, ActionMoveDown: uploader.MoveDown, ActionMoveBottom: uploader.MoveBottom,
	}[a]
}

// allows reports whether the action is possible for the transfer.
func (a Action) allows(t *uploader.Transfer) bool {
	return situationOf([]*uploader.Transfer{t}).Allows(a)
}
