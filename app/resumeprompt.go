package app

import (
	"time"

	"github.com/ferryapp/ferry/app/bridge"
	"github.com/ferryapp/ferry/app/platform"
	"github.com/ferryapp/ferry/app/settings"
	"github.com/ferryapp/ferry/app/view"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
)

// noteUnfinished is the key of the notification that asks about interrupted uploads.
const noteUnfinished = "unfinished"

// programStart is when the program was started. The engine may send before the window shows
// the first snapshot.
var programStart = time.Now()

// resumePrompt shows after a start which interrupted uploads are resumed, or asks whether
// to resume them. It must be used on the UI goroutine.
type resumePrompt struct {
	bridge        *bridge.Bridge
	window        *window
	decisions     *decisions
	notifications *notifications
	settings      *settings.Current
	ask           bool   // the engine waits for the answer
	open          func() // opens the window

	started     bool // update was called
	resumed     view.Resumed
	interrupted *view.Interrupted // what is asked about; nil for nothing
}

// update shows a snapshot. The first one decides what is shown. The servers are checked
// at once, so that the amounts in the question are correct before the user answers.
func (p *resumePrompt) update(s *uploader.Snapshot) {
	if p.started {
		p.updateTexts(s)
		return
	}
	p.started = true
	if !p.ask {
		p.resumed = view.FindResumed(s, programStart)
		p.window.banner.ShowResumed(p.resumed.Text(s))
		return
	}
	p.interrupted = view.FindInterrupted(s)
	if p.interrupted == nil {
		return
	}
	p.showQuestion(s)
	interrupted := p.interrupted
	p.bridge.Send(uploader.Check{Target: interrupted.Target()}, func(error) {
		p.bridge.Post(func() { interrupted.CheckSent = true })
		p.bridge.Refresh()
	})
}

// showQuestion shows the question in the banner.
func (p *resumePrompt) showQuestion(s *uploader.Snapshot) {
	p.window.banner.Ask(p.interrupted.Question(s), p.resumeAll, func() { p.decisions.show(0) }, p.notNow)
}

// retranslate shows the question in the present language.
func (p *resumePrompt) retranslate() {
	if p.interrupted != nil {
		p.showQuestion(p.bridge.Snapshot())
	}
}

// updateTexts updates the amounts in the banner. When the servers have answered and the
// window is hidden it sends a notification.
func (p *resumePrompt) updateTexts(s *uploader.Snapshot) {
	banner := p.window.banner
	if banner.ShowsResumed() {
		banner.SetText(p.resumed.Text(s))
	}
	if p.interrupted == nil {
		return
	}
	if p.interrupted.Update(s); p.interrupted.Empty() {
		p.answered()
		return
	}
	checked := p.interrupted.CheckSent && s.Checking == 0 && !p.interrupted.Known
	p.interrupted.Known = p.interrupted.Known || checked
	banner.SetText(p.interrupted.Question(s))
	if checked && !p.window.visible && p.settings.Get().Notifications.Interrupted {
		p.notify(s)
	}
}

// notify shows the question in a notification.
func (p *resumePrompt) notify(s *uploader.Snapshot) {
	totals := p.interrupted.Totals(s)
	if totals.Count == 0 {
		return
	}
	p.notifications.send(platform.Notification{
		Key:        noteUnfinished,
		Title:      words.Count("note.unfinished", totals.Count),
		Body:       words.Text("note.left", words.Data{"Size": words.Size(totals.Size - totals.Sent)}),
		Persistent: true,
		OnClick:    func() { p.bridge.Post(p.open) },
		Actions: []platform.Action{
			{Label: words.Text("greeting.resume"), Do: func() { p.bridge.Post(p.resumeAll) }},
			{Label: words.Text("greeting.not-now"), Do: func() { p.bridge.Post(p.notNow) }},
		},
	})
}

// resumeAll resumes all interrupted uploads.
func (p *resumePrompt) resumeAll() {
	if p.interrupted != nil {
		p.decide(p.interrupted.ResumeCommands(p.bridge.Snapshot()))
	}
}

// resumeOne resumes one of the interrupted uploads.
func (p *resumePrompt) resumeOne(id uploader.TransferID) {
	if p.interrupted == nil {
		return
	}
	p.interrupted.Decide(id)
	p.bridge.Send(uploader.Resume{Target: uploader.TargetTransfers(id)}, nil)
	if p.interrupted.Empty() {
		p.answered()
	}
	p.bridge.Refresh()
}

// notNow pauses all interrupted uploads.
func (p *resumePrompt) notNow() {
	if p.interrupted != nil {
		p.decide(p.interrupted.PauseCommands())
	}
}

// decide closes the question and sends the commands for the answer.
func (p *resumePrompt) decide(commands []uploader.Command) {
	p.answered()
	for _, command := range commands {
		p.bridge.Send(command, func(error) { p.bridge.Refresh() })
	}
}

// answered removes the question from the window and the notifications.
func (p *resumePrompt) answered() {
	p.interrupted = nil
	p.window.banner.Hide()
	p.notifications.withdraw(noteUnfinished)
	p.decisions.update(p.decisions.visible(p.bridge.Snapshot()))
}
