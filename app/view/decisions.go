package view

import (
	"slices"
	"time"

	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/widgets"
	"github.com/ferryapp/ferry/widgets/theme"
)

// Question is what an upload waits for the user to decide.
type Question uint8

// The questions, in the order of the list of decisions.
const (
	QuestionExists      Question = iota // skip, rename or overwrite?
	QuestionUploaded                    // upload a file again?
	QuestionMatch                       // resume an earlier upload?
	QuestionSame                        // is the file the one that was partly uploaded?
	QuestionChanged                     // start over?
	QuestionExpired                     // start over?
	QuestionMissing                     // where is the file?
	QuestionLost                        // upload what is perhaps complete again?
	QuestionInterrupted                 // resume?
	numQuestions
)

var questionNames = [numQuestions]string{"exists", "uploaded", "match", "same", "changed", "expired", "missing", "lost", "interrupted"}

// String returns the name of the question in translation keys.
func (q Question) String() string { return questionNames[q] }

// questionOf returns the question about a transfer, and whether there is one. A fault is asked
// about before an interruption.
func questionOf(t *uploader.Transfer, interrupted *Interrupted) (Question, bool) {
	switch state := t.State(); {
	case t.NameExists():
		return QuestionExists, true
	case t.NotComparable():
		return QuestionSame, true
	case state == uploader.StateChanged:
		return QuestionChanged, true
	case state == uploader.StateExpired:
		return QuestionExpired, true
	case state == uploader.StateMissing:
		return QuestionMissing, true
	case state == uploader.StateNeedsDecision && t.Fault.Kind == fault.AlreadyUploaded:
		return QuestionUploaded, true
	case state == uploader.StateNeedsDecision && t.Fault.Kind == fault.AmbiguousMatch:
		return QuestionMatch, true
	case state == uploader.StateNeedsDecision:
		return QuestionLost, true
	case interrupted.Contains(t), interrupted != nil && NeedsAttention(state) && interrupted.Has(t.ID):
		return QuestionInterrupted, true
	default:
		return 0, false
	}
}

// NeedsDecision reports whether there is a question about a transfer other than whether to
// resume it after an interruption.
func NeedsDecision(t *uploader.Transfer) bool {
	_, ok := questionOf(t, nil)
	return ok
}

// mayAsk reports whether questionOf may have a question about a row.
func mayAsk(row uploader.Row, interrupted *Interrupted) bool {
	return row.HasFault() && row.Phase() == uploader.PhaseFailed || interrupted != nil && interrupted.Has(row.ID())
}

// Undecided returns the number of transfers with a question other than whether to resume them
// after an interruption. It looks at no transfers.
func Undecided(s *uploader.Snapshot) int {
	n := 0
	for _, state := range [...]uploader.State{uploader.StateNeedsDecision, uploader.StateChanged, uploader.StateExpired, uploader.StateMissing} {
		n += s.Totals.Count[state]
	}
	return n
}

// Decisions are the transfers that wait for a decision, by question.
type Decisions struct {
	byQuestion [numQuestions][]*uploader.Transfer
}

// FindDecisions returns the transfers of a snapshot that wait for a decision, each group in
// the order of the list.
func FindDecisions(s *uploader.Snapshot, interrupted *Interrupted) Decisions {
	var d Decisions
	for _, row := range s.Transfers.Rows() {
		if !mayAsk(row, interrupted) {
			continue
		}
		t := row.Transfer()
		if q, ok := questionOf(t, interrupted); ok {
			d.byQuestion[q] = append(d.byQuestion[q], t)
		}
	}
	return d
}

// Of returns the transfers with a question.
func (d Decisions) Of(q Question) []*uploader.Transfer { return d.byQuestion[q] }

// Count returns the number of transfers.
func (d Decisions) Count() int {
	n := 0
	for _, transfers := range d.byQuestion {
		n += len(transfers)
	}
	return n
}

// Only reports whether there is no question but one.
func (d Decisions) Only(q Question) bool { return d.Count() == len(d.byQuestion[q]) }

// Decision is a row of the list of decisions: a question about one transfer, or about all of
// its group.
type Decision struct {
	Question Question
	Transfer *uploader.Transfer // nil for a row about the group
}

// ID returns what identifies the row in the list.
func (d Decision) ID() int64 {
	if d.Transfer == nil {
		return -1 - int64(d.Question)
	}
	return int64(d.Transfer.ID)
}

// Rows returns the rows of the list. Each group begins with a row about all of it, unless
// the only question is whether to resume.
func (d Decisions) Rows() []Decision {
	rows := make([]Decision, 0, d.Count()+int(numQuestions))
	for q, transfers := range d.byQuestion {
		question := Question(q)
		if len(transfers) > 0 && !d.Only(QuestionInterrupted) {
			rows = append(rows, Decision{Question: question})
		}
		for _, t := range transfers {
			rows = append(rows, Decision{question, t})
		}
	}
	return rows
}

// The IDs of buttons that are not those of actions.
const (
	ChoiceSkip      = "exists-skip"
	ChoiceRename    = "exists-rename"
	ChoiceOverwrite = "exists-overwrite"
	ChoiceResumeAll = "resume-all"
	ChoiceNotNow    = "not-now"
)

// existsPolicies are the decisions about a name that exists, by the IDs of their buttons.
var existsPolicies = map[string]uploader.ExistsPolicy{
	ChoiceSkip: uploader.ExistsSkip, ChoiceRename: uploader.ExistsRename, ChoiceOverwrite: uploader.ExistsOverwrite,
}

// ExistsPolicyOf returns the decision of a button about a name that exists, and whether it is
// one.
func ExistsPolicyOf(choice string) (uploader.ExistsPolicy, bool) {
	policy, ok := existsPolicies[choice]
	return policy, ok
}

// Row returns the content of a row of the list.
func (d Decisions) Row(s *uploader.Snapshot, row Decision, now time.Time) widgets.RowModel {
	transfers := d.byQuestion[row.Question]
	if row.Transfer != nil {
		model := decisionRow(s, row, now)
		if !d.Only(QuestionInterrupted) {
			model.Depth = 1
		}
		return model
	}
	model := widgets.RowModel{
		Icon: theme.IconHelp, Tone: theme.Muted, Name: words.Count("decide."+row.Question.String(), len(transfers)),
		Status: words.Count("decide.all", len(transfers)),
	}
	switch row.Question {
	case QuestionExists:
		model.Actions = existsChoices(s, transfers, true)
	case QuestionInterrupted:
		model.Actions = []widgets.Action{
			{ID: ChoiceNotNow, Icon: theme.IconPause, Label: words.Text("greeting.not-now"), Prominent: true},
			{ID: ChoiceResumeAll, Icon: theme.IconResume, Label: words.Text("greeting.resume-all"), Prominent: true},
		}
	default:
		situation := situationOf(transfers)
		situation.Single = false
		model.Actions = allButtons(situation)
	}
	return model
}

// allButtons returns buttons for all transfers of a group.
func allButtons(s Situation) []widgets.Action {
	var buttons []widgets.Action
	for _, a := range []Action{ActionRemove, ActionRetry, ActionContinue} {
		if s.Allows(a) {
			buttons = append(buttons, widgets.Action{ID: a.String(), Icon: a.Icon(), Label: words.Text(s.Label(a)), Prominent: a != ActionRemove})
		}
	}
	return buttons
}

// decisionRow returns the content of a row about one transfer.
func decisionRow(s *uploader.Snapshot, row Decision, now time.Time) widgets.RowModel {
	if row.Question == QuestionInterrupted {
		return ReviewRow(s, row.Transfer, now)
	}
	model := TransferRow(s, row.Transfer, 0, s.Sent(row.Transfer), now)
	if row.Question == QuestionExists {
		model.Actions = existsChoices(s, []*uploader.Transfer{row.Transfer}, false)
	}
	return model
}

// existsChoices returns the buttons about names that exist. All shows the labels of all of
// them; otherwise only that of renaming is shown.
func existsChoices(s *uploader.Snapshot, transfers []*uploader.Transfer, all bool) []widgets.Action {
	choices := []widgets.Action{{ID: ChoiceSkip, Icon: theme.IconCancel, Label: words.Text("exists.skip"), Prominent: all}}
	cannot := func(t *uploader.Transfer) bool {
		server, _ := s.ServerInUse(t.Server)
		return !server.Options.CanOverwrite()
	}
	if !slices.ContainsFunc(transfers, cannot) {
		choices = append(choices, widgets.Action{ID: ChoiceOverwrite, Icon: theme.IconRetry, Label: words.Text("exists.overwrite"), Prominent: all})
	}
	return append(choices, widgets.Action{ID: ChoiceRename, Icon: theme.IconCopy, Label: words.Text("exists.rename"), Prominent: true})
}
