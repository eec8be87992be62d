// Package whendone decides what to do when all uploads are done: whether the computer sleeps
// or turns off, a sound is played or a program is started. A [Decider] computes that from
// snapshots and times; it does nothing itself and reads no clock.
package whendone

import (
	"time"

	"github.com/ferryapp/ferry/app/settings"
	"github.com/ferryapp/ferry/uploader"
)

// Notice is how long the user can stop an action before it is done.
const Notice = time.Minute

// maxGap is the longest time between two updates during the notice. After a longer one the
// computer was asleep, and the user is there, who woke it.
const maxGap = 30 * time.Second

// tick is how often the time that is left is shown.
const tick = time.Second

// Decider decides when all uploads are done and what follows. The zero value is ready to use.
//
// An action follows a round of uploads: when the last file that was to be sent was sent. It
// does not follow if the rest was paused or cancelled, or if an upload of the round needs
// attention. What is paused, or needed attention when the round began, is no obstacle. An
// upload that waits, also for its server or the network, is not done. Nothing follows while the
// list cannot be saved.
type Decider struct {
	round    round
	once     settings.DoneAction // for this round; "" for none
	begun    settings.DoneAction // the action that is announced; "" for none
	deadline time.Time           // when it is done
	updated  time.Time           // of the latest update, without the monotonic clock, which may stop during sleep
}

// Decision is what to do now.
type Decision struct {
	Announced settings.DoneAction // the action of which the notice runs; "" for none
	Left      time.Duration       // of the notice
	Do        settings.DoneAction // to be done now; "" for nothing
	Again     time.Duration       // decide again after this time, with the same snapshot; 0: not before the next
}

// Choose sets the action after this round instead of that of the settings; "" for that of the
// settings. It applies once.
func (d *Decider) Choose(action settings.DoneAction) { d.once = action }

// Action returns the action after this round, given the one of the settings.
func (d *Decider) Action(always settings.DoneAction) settings.DoneAction {
	if d.once != "" {
		return d.once
	}
	return always
}

// Stop ends the notice without doing anything.
func (d *Decider) Stop() { d.begun = "" }

// Update decides what to do with a snapshot, given the action of the settings and the time.
// Adding says that something is being added which the snapshot does not have yet; it is to be
// sent as well. The snapshot has loaded transfers. Update must see all snapshots that are shown.
func (d *Decider) Update(s *uploader.Snapshot, adding bool, always settings.DoneAction, now time.Time) Decision {
	slept := now.Round(0).Sub(d.updated) > maxGap
	d.updated = now.Round(0)
	ended := d.round.update(s, adding, now)
	action := d.Action(always)
	if ended != notEnded {
		d.once = ""
	}
	switch {
	case ended == allSent && noticed(action):
		d.begun, d.deadline = action, d.updated.Add(Notice)
	case ended == allSent && action == settings.DoneSound:
		return Decision{Do: action}
	case d.round.active, slept, ended == otherwise, s.StoreFault != nil:
		d.begun = ""
	}
	return d.decide()
}

// decide returns what to do about the notice.
func (d *Decider) decide() Decision {
	switch left := d.deadline.Sub(d.updated); {
	case d.begun == "":
		return Decision{}
	case left <= 0:
		due := d.begun
		d.begun = ""
		return Decision{Do: due}
	default:
		return Decision{Announced: d.begun, Left: left, Again: min(tick, left)}
	}
}

// noticed reports whether the user has time to stop the action.
func noticed(action settings.DoneAction) bool {
	return action == settings.DoneSleep || action == settings.DoneShutDown || action == settings.DoneProgram
}
