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
// being resumed, or the question whether it should. It lives on the UI's goroutine.
type resumePrompt struct {
	bridge        *bridge.Bridge
	window        *window
	dialogs       *form.Dialogs
	notifications *notifications
	settings      *settings.Book
	ask           bool   // the engine waits for an answer
	open          func() // the window
	act           func(view.Action, view.Selection)
	visible       func(*uploader.Snapshot) *uploader.Snapshot // without what was removed

	greeted bool // the first snapshot was shown
	revival view.Resumed
	left    *view.Interrupted // waits for an answer; nil for nothing
	review  *review           // that is open; nil for none
}

// update brings the prompt up to date. With the first snapshot it decides what there is
// to ask. The servers are checked before the person answers, so that the amounts in the
// question are true.
func (p *resumePrompt) update(s *uploader.Snapshot) {
	if p.greeted {
		p.follow(s)
		return
	}
	p.greeted = true
	if !p.ask {
		p.revival = view.FindResumed(s)
		p.window.banner.ShowResumed(p.revival.Text(s))
		return
	}
	p.left = view.FindInterrupted(s)
	if p.left == nil {
		return
	}
	p.askIn(s)
	left := p.left
	p.bridge.Send(uploader.Check{Target: left.Target()}, func(error) {
		p.bridge.Post(func() { left.CheckSent = true })
		p.bridge.Refresh()
	})
}

// askIn shows the question in the window.
func (p *resumePrompt) askIn(s *uploader.Snapshot) {
	p.window.banner.Ask(p.left.Question(s), p.resumeAll, p.openReview, p.notNow)
}

// restate shows the question again, in another language.
func (p *resumePrompt) restate() {
	if p.left != nil {
		p.askIn(p.bridge.Snapshot())
	}
}

// follow updates the texts.
func (p *resumePrompt) follow(s *uploader.Snapshot) {
	banner := p.window.banner
	if banner.ShowsResumed() {
		banner.SetText(p.revival.Text(s))
	}
	if p.left == nil {
		return
	}
	if p.left.Update(s); p.left.Empty() {
		p.answered()
		return
	}
	learned := p.left.CheckSent && s.Checking == 0 && !p.left.Known
	p.left.Known = p.left.Known || learned
	banner.SetText(p.left.Question(s))
	if learned && !p.window.visible && p.settings.Get().Notifications.Interrupted {
		p.notify(s)
	}
}

// notify asks in a notification.
func (p *resumePrompt) notify(s *uploader.Snapshot) {
	sum := p.left.Totals(s)
	if sum.Count == 0 {
		return
	}
	p.notifications.send(platform.Note{
		Key:   noteUnfinished,
		Title: words.Count("note.unfinished", sum.Count),
		Body:  words.Say("note.left", words.Data{"Size": words.Size(sum.Size - sum.Sent)}),
		Stay:  true,
		Open:  func() { p.bridge.Post(p.open) },
		Actions: []platform.Action{
			{Label: words.Say("greeting.resume"), Do: func() { p.bridge.Post(p.resumeAll) }},
			{Label: words.Say("greeting.not-now"), Do: func() { p.bridge.Post(p.notNow) }},
		},
	})
}

// openReview opens the list of the interrupted uploads.
func (p *resumePrompt) openReview() {
	if p.left == nil || p.review != nil {
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
	if p.left != nil {
		p.decide(p.left.ResumeCommands(p.bridge.Snapshot()))
	}
}

// resumeOne is the answer yes for one of them.
func (p *resumePrompt) resumeOne(id uploader.TransferID) {
	if p.left == nil {
		return
	}
	delete(p.left.Transfers, id)
	p.bridge.Send(uploader.Resume{Target: uploader.These(id)}, nil)
	if p.left.Empty() {
		p.answered()
	}
	p.bridge.Refresh()
}

// notNow is the answer no: the interrupted uploads are paused.
func (p *resumePrompt) notNow() {
	if p.left != nil {
		p.decide(p.left.PauseCommands())
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
	p.left = nil
	p.window.banner.Hide()
	if p.review != nil {
		p.review.box.Hide()
	}
	p.notifications.withdraw(noteUnfinished)
}
