package view

import (
	"path/filepath"
	"time"

	"github.com/ferryapp/ferry/app/settings"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/widgets/theme"
)

// DoneActionText returns the name of what may follow when all uploads are done.
func DoneActionText(action settings.DoneAction) string { return words.Text("done." + string(action)) }

// DoneChoiceText returns the text of the menu item that chooses what follows. Program is the path of the
// chosen program; "" for none, so that the item asks for it.
func DoneChoiceText(action settings.DoneAction, program string) string {
	switch {
	case action != settings.DoneProgram:
		return DoneActionText(action)
	case program == "":
		return words.Text("done.program.choose")
	default:
		return words.Text("done.program.run", words.Data{"Program": words.Printable(filepath.Base(program))})
	}
}

// WhenDoneNow returns the text and the tone of what follows when all uploads are done.
func WhenDoneNow(action settings.DoneAction) (string, theme.Tone) {
	tone := theme.Active
	if action == settings.DoneNothing {
		tone = theme.Muted
	}
	return words.Text("done.then", words.Data{"Action": DoneActionText(action)}), tone
}

// DoneNotice is what the user reads before something follows.
type DoneNotice struct {
	Title, Text string
	Now         string // the button that does it at once
	Failed      string // the message if it fails
}

// DoneNoticeOf returns the notice of an action. Program is the path for
// [settings.DoneProgram].
func DoneNoticeOf(action settings.DoneAction, program string) DoneNotice {
	key, data := string(action), words.Data{"Program": words.Printable(filepath.Base(program))}
	notice := DoneNotice{Title: words.Text("done.title"), Failed: words.Text("done.failed."+key, data)}
	if action != settings.DoneSound {
		notice.Text, notice.Now = words.Text("done.text."+key, data), words.Text("done.now."+key)
	}
	return notice
}

// SecondsLeft returns how long the user can still stop it.
func SecondsLeft(left time.Duration) string {
	return words.Count("done.left", int((left+time.Second-1)/time.Second))
}
