package platform

import "context"

// Note is one notification. Its texts are plain: whatever a name in them looks
// like, it is shown and means nothing.
type Note struct {
	Key     string // a later note with the same key takes the place of this one
	Title   string // holds no names: some desktops read marks in it
	Body    string
	Open    func() // when the note itself is clicked, on a goroutine of the notifier's; may be nil
	Actions []Action
	Stay    bool // until the user answers
}

// Action is a button of a notification.
type Action struct {
	Label string
	Do    func() // on a goroutine of the notifier's
}

// Notifier shows notifications outside the window. It may be used from any
// goroutine. Where a system has no buttons the actions are left out, so a note
// must not be the only way to what they do.
type Notifier interface {
	// Notify shows the note, in the place of an earlier one with its key.
	Notify(ctx context.Context, note Note) error

	// Withdraw takes the note with that key off the screen; one that is not
	// there any more is withdrawn.
	Withdraw(ctx context.Context, key string) error

	// Close ends the notifier's goroutine. Notes already shown stay.
	Close() error
}
