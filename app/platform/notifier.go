package platform

import "context"

// Notification is a desktop notification. Title and Body are plain text; markup in Body is
// shown as it is.
type Notification struct {
	Key        string // a later notification with the same key replaces this one
	Title      string // must not contain file names: some desktops parse markup in it
	Body       string
	OnClick    func() // called on a click, on a goroutine of the notifier; may be nil
	Actions    []Action
	Persistent bool // shown until the user closes it
}

// Action is a button of a notification.
type Action struct {
	Label string
	Do    func() // called on a goroutine of the notifier
}

// Notifier shows desktop notifications. It may be used from any goroutine. Buttons
// are not shown on systems without them, so their actions must be available
// elsewhere too.
type Notifier interface {
	// Notify shows a notification and replaces an earlier one with the same key.
	Notify(ctx context.Context, note Notification) error

	// Withdraw removes the notification with that key. It does nothing if there is
	// none.
	Withdraw(ctx context.Context, key string) error

	// Close stops the notifier's goroutine. It withdraws notifications with buttons, which
	// nothing answers afterwards; others remain on the screen.
	Close() error
}
