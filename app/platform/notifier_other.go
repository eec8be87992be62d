//go:build !linux

package platform

import (
	"context"
	"strings"
	"unicode"
)

// plainNotifier hands notes to the toolkit, without buttons.
type plainNotifier struct {
	send func(title, body string)
}

// NewNotifier returns a notifier that shows notes by fallback, which comes from
// the toolkit.
func NewNotifier(_ string, _ []byte, fallback func(title, body string)) Notifier {
	return plainNotifier{send: fallback}
}

func (n plainNotifier) Notify(_ context.Context, note Note) error {
	n.send(harmless(note.Title), harmless(note.Body))
	return nil
}

func (plainNotifier) Withdraw(context.Context, string) error { return nil }

func (plainNotifier) Close() error { return nil }

// harmless keeps what a sentence needs. On Windows the toolkit writes the text
// into a PowerShell script, so nothing may pass that could end a string there.
func harmless(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune(" .,:;!?%·–-()，。：；！？、", r) {
			return r
		}
		return ' '
	}, text)
}
