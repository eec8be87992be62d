package app

import (
	"github.com/ferryapp/ferry/app/platform"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
)

// noteUnfinished is the key of the notification that asks about the leftover.
const noteUnfinished = "unfinished"

// greet says at the first snapshot what an earlier run left: that it continues, or
// whether it should. Before it asks, the servers are asked what they hold, so that
// what is said is true.
func (f *ferry) greet(s *uploader.Snapshot) {
	if f.greeted {
		f.follow(s)
		return
	}
	f.greeted = true
	if !f.config.Ask {
		f.revival = revivalIn(s)
		f.window.banner.continuing(f.revival.sentence(s))
		return
	}
	f.left = leftoverIn(s)
	if f.left == nil {
		return
	}
	f.askLeft(s)
	left := f.left
	f.order(uploader.Check{Target: left.target()}, func(error) {
		f.errands.post(func() { left.asked = true })
		f.presenter.now()
	})
}

// askLeft puts the question into the window.
func (f *ferry) askLeft(s *uploader.Snapshot) {
	f.window.banner.ask(f.left.question(s), f.resumeLeft, f.review, f.notNow)
}

// follow keeps what is said to what is known.
func (f *ferry) follow(s *uploader.Snapshot) {
	if f.window.banner.continues() {
		f.window.banner.correct(f.revival.sentence(s))
	}
	if f.left == nil {
		return
	}
	if f.left.follow(s); f.left.over() {
		f.answered()
		return
	}
	learned := f.left.asked && s.Checking == 0 && !f.left.known
	f.left.known = f.left.known || learned
	f.window.banner.correct(f.left.question(s))
	if learned && !f.window.visible && f.config.Settings.Get().Notifications.Interrupted {
		f.noteLeft(s)
	}
}

// noteLeft asks outside the window, where nobody is looking at it.
func (f *ferry) noteLeft(s *uploader.Snapshot) {
	sum := f.left.sums(s)
	if sum.count == 0 {
		return
	}
	f.note(platform.Note{
		Key:   noteUnfinished,
		Title: words.Count("note.unfinished", sum.count),
		Body:  words.Say("note.left", words.Data{"Size": words.Size(sum.size - sum.sent)}),
		Stay:  true,
		Open:  func() { f.errands.post(f.open) },
		Actions: []platform.Action{
			{Label: words.Say("greeting.resume"), Do: func() { f.errands.post(f.resumeLeft) }},
			{Label: words.Say("greeting.not-now"), Do: func() { f.errands.post(f.notNow) }},
		},
	})
}

// resumeLeft is the answer yes.
func (f *ferry) resumeLeft() {
	if f.left != nil {
		f.decide(f.left.resume(f.snapshot()))
	}
}

// resumeOne is the answer yes for one of them.
func (f *ferry) resumeOne(id uploader.TransferID) {
	if f.left == nil {
		return
	}
	delete(f.left.transfers, id)
	f.order(uploader.Resume{Target: uploader.These(id)}, nil)
	if f.left.over() {
		f.answered()
	}
	f.presenter.now()
}

// notNow is the answer no: what is left is paused, and says so in the list.
func (f *ferry) notNow() {
	if f.left != nil {
		f.decide(f.left.later())
	}
}

// decide shows what became of it when the engine has heard, and not what it would
// look like until then.
func (f *ferry) decide(commands []uploader.Command) {
	f.answered()
	for _, command := range commands {
		f.order(command, func(error) { f.presenter.now() })
	}
}

// answered takes the question away, wherever it is shown.
func (f *ferry) answered() {
	f.left = nil
	f.window.banner.hide()
	if f.reviewing != nil {
		f.reviewing.box.Hide()
	}
	f.withdraw(noteUnfinished)
}
