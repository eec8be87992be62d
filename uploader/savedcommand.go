package uploader

// CommandID numbers the saved commands in the order in which they were given. IDs are
// not reused.
type CommandID int64

// CommandKind is what a saved command does, as stored in the database.
type CommandKind string

// The kinds of saved commands.
const (
	CommandPause  CommandKind = "pause"
	CommandResume CommandKind = "resume"
	CommandCancel CommandKind = "cancel"
	CommandRemove CommandKind = "remove"
)

// SavedCommand is a command for very many transfers. It is saved as one row, before its
// effect on each of them is: a run that finds it applies it to those that do not have it
// yet, which Saved.Applied tells.
type SavedCommand struct {
	ID     CommandID
	Kind   CommandKind
	Target Target
	Given  Timestamp
}

// OnlyStatusDiffers reports whether all differences between two values of a transfer are
// in what Changes.Statuses saves.
func OnlyStatusDiffers(before, after *Transfer) bool {
	b := *before
	b.Intent, b.Phase, b.Attempt, b.NextTry = after.Intent, after.Phase, after.Attempt, after.NextTry
	b.Fault, b.Finished, b.ActiveTime, b.EarlierUpload = after.Fault, after.Finished, after.ActiveTime, after.EarlierUpload
	b.Exists, b.NameNumber, b.Repeated = after.Exists, after.NameNumber, after.Repeated
	return b == *after
}
