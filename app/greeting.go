package app

import (
	"context"

	"github.com/ferryapp/ferry/app/platform"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
)

// noteUnfinished is the key of the notification that asks about the leftover.
const noteUnfinished = "unfinished"

// greet says once, at the first snapshot, what an earlier run left: that it
// continues, or whether it should.
func (f *ferry) greet(s *uploader.Snapshot) {
	if f.greeted {
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
	f.window.banner.ask(f.left.question(s), f.resumeLeft, f.notNow)
	if !f.window.visible {
		f.noteLeft(s)
	}
}

// noteLeft asks outside the window, where nobody is looking at it.
func (f *ferry) noteLeft(s *uploader.Snapshot) {
	count, sent, size := sums(s, f.left.holds)
	f.note(platform.Note{
		Key:   noteUnfinished,
		Title: words.Count("note.unfinished", count),
		Body:  words.Say("note.left", words.Data{"Size": words.Size(size - sent)}),
		Stay:  true,
		Actions: []platform.Action{
			{Label: words.Say("greeting.resume"), Do: func() { f.errands.post(f.resumeLeft) }},
			{Label: words.Say("greeting.not-now"), Do: func() { f.errands.post(f.notNow) }},
		},
	})
}

// resumeLeft is the answer yes.
func (f *ferry) resumeLeft() {
	if f.left == nil {
		return
	}
	commands := f.left.resume()
	f.answered()
	for _, command := range commands {
		f.order(command, nil)
	}
}

// notNow is the answer no: what is left is paused, and says so in the list.
func (f *ferry) notNow() {
	if f.left == nil {
		return
	}
	target := f.left.target()
	f.answered()
	f.order(uploader.Pause{Target: target}, nil)
}

// answered takes the question away, wherever it is shown.
func (f *ferry) answered() {
	f.left = nil
	f.window.banner.hide()
	f.errands.run(func(ctx context.Context) {
		if err := f.system.notifier.Withdraw(ctx, noteUnfinished); err != nil {
			f.config.Log.Info("notification not withdrawn", "error", err)
		}
	})
	f.presenter.now()
}
