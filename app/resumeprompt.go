package app

import (
	"github.com/ferryapp/ferry/app/bridge"
	"github.com/ferryapp/ferry/app/form"
	"github.com/ferryapp/ferry/app/platform"
	"github.com/ferryapp/ferry/app/settings"
	"github.com/ferryapp/ferry/app/view"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
)

// noteUnfinished is the key of the notification that asks about interrupted uploads.
const noteUnfinished = "unfinished"

// resumePrompt shows after a start what an earlier run left unfinished: that it is
// being resumed, or the question whether it should. It must be used on the UI goroutine.
type resumePrompt struct {
	bridge        *bridge.Bridge
	window        *window
	dialogs       *form.Dialogs
	notifications *notifications
	settings      *settings.Current
	ask           bool   // the engine waits for an answer
	open          func() // the window
	act           func(view.Action, view.Selection)
	visible       func(*uploader.Snapshot) *uploader.Snapshot // without what was removed

	started     bool // the first snapshot was shown
	resumed     view.Resumed
	interrupted *view.Interrupted // waits for an answer; nil for nothing
	review      *review           // that is open; nil for none
}

// update brings the prompt up to date. With the first snapshot it decides what there is
// to ask. The servers are checked before the person answers, so that the amounts in the
// question are true.
func (p *resumePrompt) update(s *uploader.Snapshot) {
	if p.started {
		p.updateTexts(s)
		return
	}
	p.started = true
	if !p.ask {
		p.resumed = view.FindResumed(s)
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

// showQuestion shows the question in the window.
func (p *resumePrompt) showQuestion(s *uploader.Snapshot) {
	p.window.banner.Ask(p.interrupted.Question(s), p.resumeAll, p.openReview, p.notNow)
}

// retranslate shows the question again, in another language.
func (p *resumePrompt) retranslate() {
	if p.interrupted != nil {
		p.showQuestion(p.bridge.Snapshot())
	}
}

// updateTexts updates the texts.
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
	learned := p.interrupted.CheckSent && s.Checking == 0 && !p.interrupted.Known
	p.interrupted.Known = p.interrupted.Known || learned
	banner.SetText(p.interrupted.Question(s))
	if learned && !p.window.visible && p.settings.Get().Notifications.Interrupted {
		p.notify(s)
	}
}

// notify asks in a notification.
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

// openReview opens the list of the interrupted uploads.
func (p *resumePrompt) openReview() {
	if p.interrupted == nil || p.review != nil {
		return
	}
	r := newReview(p)
	p.review = r
	r.show(p.visible(p.bridge.Snapshot()))
	p.dialogs.Present(r.box)
}

// showReview brings the open list up to date.
func (p *resumePrompt) showReview(s *uploader.Snapshot) {
	if p.review != nil {
		p.review.show(s)
	}
}

// resumeAll is the answer yes.
func (p *resumePrompt) resumeAll() {
	if p.interrupted != nil {
		p.decide(p.interrupted.ResumeCommands(p.bridge.Snapshot()))
	}
}

// resumeOne is the answer yes for one of them.
func (p *resumePrompt) resumeOne(id uploader.TransferID) {
	if p.interrupted == nil {
		return
	}
	delete(p.interrupted.Transfers, id)
	p.bridge.Send(uploader.Resume{Target: uploader.TargetTransfers(id)}, nil)
	if p.interrupted.Empty() {
		p.answered()
	}
	p.bridge.Refresh()
}

// notNow is the answer no: the interrupted uploads are paused.
func (p *resumePrompt) notNow() {
	if p.interrupted != nil {
		p.decide(p.interrupted.PauseCommands())
	}
}

// decide sends the commands of an answer. Their result is shown when the engine has
// answered.
func (p *resumePrompt) decide(commands []uploader.Command) {
	p.answered()
	for _, command := range commands {
		p.bridge.Send(command, func(error) { p.bridge.Refresh() })
	}
}

// answered removes the question everywhere.
func (p *resumePrompt) answered() {
	p.interrupted = nil
	p.window.banner.Hide()
	if p.review != nil {
		p.review.box.Hide()
	}
	p.notifications.withdraw(noteUnfinished)
}
