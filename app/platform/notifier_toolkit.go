//go:build !linux

package platform

import (
	"context"
	"strings"
	"unicode"
)

// toolkitNotifier shows notifications with the toolkit, without buttons.
type toolkitNotifier struct {
	send func(title, body string)
}

// NewNotifier returns a notifier that calls fallback, which is the toolkit's. name and
// icon are not used on this system.
func NewNotifier(name string, icon []byte, fallback func(title, body string)) Notifier {
	return toolkitNotifier{send: fallback}
}

func (n toolkitNotifier) Notify(_ context.Context, note Notification) error {
	n.send(sanitize(note.Title), sanitize(note.Body))
	return nil
}

func (toolkitNotifier) Withdraw(context.Context, string) error { return nil }

func (toolkitNotifier) Close() error { return nil }

// sanitize keeps letters, digits and common punctuation. On Windows the toolkit
// inserts the text into a PowerShell script, so nothing that could end a string there
// may remain.
func sanitize(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune(" .,:;!?%·–-()，。：；！？、", r) {
			return r
		}
		return ' '
	}, text)
}
