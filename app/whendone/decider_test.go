package whendone_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/ferryapp/ferry/app/internal/apptest"
	"github.com/ferryapp/ferry/app/settings"
	"github.com/ferryapp/ferry/app/whendone"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
)

// story passes snapshots to a Decider, one each second.
type story struct {
	t       *testing.T
	decider whendone.Decider
	always  settings.DoneAction
	adding  bool
	now     time.Time
}

func newStory(t *testing.T, always settings.DoneAction) *story {
	t.Helper()
	return &story{t: t, always: always, now: apptest.Noon}
}

// show shows the transfers, whose IDs are their places.
func (s *story) show(transfers ...func(*uploader.Transfer)) whendone.Decision {
	s.t.Helper()
	list := make([]*uploader.Transfer, len(transfers))
	for i, set := range transfers {
		list[i] = apptest.Transfer(uploader.TransferID(i+1), set)
	}
	return s.showSnapshot(apptest.Snapshot(list...))
}

func (s *story) showSnapshot(snapshot *uploader.Snapshot) whendone.Decision {
	s.now = s.now.Add(time.Second)
	return s.decider.Update(snapshot, s.adding, s.always, s.now)
}

// want checks the action of which the notice runs.
func (s *story) want(announced settings.DoneAction, got whendone.Decision) {
	s.t.Helper()
	if got.Announced != announced {
		s.t.Errorf("announced %q, want %q", got.Announced, announced)
	}
}

var (
	queued  = func(*uploader.Transfer) {}
	sending = apptest.Sending
	paused  = apptest.Paused
	done    = apptest.Done
	failed  = apptest.Failed(fault.Refused)
	offline = apptest.Waiting(fault.Offline)
	removed = func(t *uploader.Transfer) { t.Intent, t.Phase = uploader.IntentCancel, uploader.PhaseCancelled }
)

type states = []func(*uploader.Transfer)

func TestActionFollowsWhenTheLastFileWasSent(t *testing.T) {
	const sleeps, nothing = settings.DoneSleep, settings.DoneAction("")
	for name, test := range map[string]struct {
		steps []states
		want  settings.DoneAction
	}{
		"one file":            {[]states{{}, {sending}, {done}}, sleeps},
		"several files":       {[]states{{}, {sending, queued}, {done, sending}, {done, done}}, sleeps},
		"of an earlier start": {[]states{{sending}, {done}}, sleeps},
		"one of several is cancelled, the last is sent":   {[]states{{}, {sending, sending}, {sending, removed}, {done, removed}}, sleeps},
		"one fails, and is sent after a retry":            {[]states{{}, {failed, queued}, {sending, done}, {done, done}}, sleeps},
		"another failed long ago":                         {[]states{{failed, queued}, {failed, sending}, {failed, done}}, sleeps},
		"another was paused long ago":                     {[]states{{paused, queued}, {paused, sending}, {paused, done}}, sleeps},
		"one is paused meanwhile, and resumed":            {[]states{{}, {sending, queued}, {paused, sending}, {sending, sending}, {done, sending}, {done, done}}, sleeps},
		"all are paused meanwhile, and resumed":           {[]states{{}, {sending, sending}, {paused, paused}, {sending, sending}, {done, sending}, {done, done}}, sleeps},
		"one is paused, the last is sent":                 {[]states{{}, {sending, sending}, {paused, sending}, {paused, done}}, sleeps},
		"nothing at the start":                            {[]states{{}, {}}, nothing},
		"all was done at the start":                       {[]states{{done, done}, {done, done}}, nothing},
		"not at the end":                                  {[]states{{}, {sending, queued}, {done, queued}}, nothing},
		"one waits for the network":                       {[]states{{}, {sending, sending}, {done, offline}}, nothing},
		"one fails":                                       {[]states{{}, {sending, sending}, {failed, sending}, {failed, done}}, nothing},
		"all fail":                                        {[]states{{}, {sending}, {failed}}, nothing},
		"one that failed is tried again, and fails again": {[]states{{failed, queued}, {sending, queued}, {failed, sending}, {failed, done}}, nothing},
		"all are paused":                                  {[]states{{}, {sending, queued}, {paused, paused}}, nothing},
		"all are paused, just when one was sent":          {[]states{{}, {sending, sending}, {done, paused}}, nothing},
		"all are paused, and one is sent before it stops": {[]states{{}, {sending, sending}, {paused, paused}, {done, paused}}, nothing},
		"all are cancelled":                               {[]states{{}, {sending, queued}, {removed, removed}}, nothing},
		"the rest is cancelled":                           {[]states{{}, {sending, queued}, {done, sending}, {done, removed}}, nothing},
		"the rest is removed":                             {[]states{{}, {sending, queued}, {done, sending}, {done}}, nothing},
		"those that were paused are cancelled":            {[]states{{}, {sending, queued}, {paused, paused}, {removed, removed}}, nothing},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStory(t, settings.DoneSleep)
			var last whendone.Decision
			for i, step := range test.steps {
				last = s.show(step...)
				if i < len(test.steps)-1 {
					s.want("", last)
				}
			}
			s.want(test.want, last)
		})
	}
}

func TestRoundBetweenTwoSnapshots(t *testing.T) {
	finishedAt := func(at time.Time) func(*uploader.Transfer) {
		return func(t *uploader.Transfer) { t.Phase, t.Finished = uploader.PhaseDone, uploader.TimestampOf(at) }
	}
	t.Run("a small file is sent", func(t *testing.T) {
		s := newStory(t, settings.DoneSleep)
		s.show()
		s.want(settings.DoneSleep, s.show(finishedAt(s.now.Add(time.Second/2))))
	})
	t.Run("a small file is sent in the same millisecond", func(t *testing.T) {
		s := newStory(t, settings.DoneSleep)
		s.now = s.now.Add(time.Millisecond / 2)
		s.show()
		s.want(settings.DoneSleep, s.show(finishedAt(s.now)))
	})
	t.Run("a file is restored from the history", func(t *testing.T) {
		s := newStory(t, settings.DoneSleep)
		s.show()
		s.want("", s.show(finishedAt(s.now.Add(-time.Hour))))
	})
}

func TestFolderThatIsStillCountedIsNotDone(t *testing.T) {
	s := newStory(t, settings.DoneSleep)
	counting := func(scanned bool, set func(*uploader.Transfer)) *uploader.Snapshot {
		snapshot := apptest.Snapshot(apptest.Transfer(1, set))
		snapshot.Batches[1] = &uploader.Batch{ID: 1, Scanned: scanned}
		return snapshot
	}
	s.show()
	s.want("", s.showSnapshot(counting(false, sending)))
	s.want("", s.showSnapshot(counting(false, done)))
	s.want(settings.DoneSleep, s.showSnapshot(counting(true, done)))
}

func TestNothingFollowsWhileTheListCannotBeSaved(t *testing.T) {
	unsaved := apptest.Snapshot(apptest.Transfer(1, done))
	unsaved.StoreFault = fault.New(fault.LocalDisk, fault.Save, nil)
	t.Run("when the run ends", func(t *testing.T) {
		s := newStory(t, settings.DoneSleep)
		s.show(sending)
		s.want("", s.showSnapshot(unsaved))
	})
	t.Run("during the notice", func(t *testing.T) {
		s := newStory(t, settings.DoneSleep)
		s.want(settings.DoneSleep, s.finish())
		s.want("", s.showSnapshot(unsaved))
		s.want("", s.show(done))
	})
}

func TestWhatIsBeingAddedIsLeft(t *testing.T) {
	t.Run("it is added", func(t *testing.T) {
		s := newStory(t, settings.DoneSleep)
		s.show(sending)
		s.adding = true
		s.want("", s.show(done))
		s.adding = false
		s.want("", s.show(done, queued))
		s.want(settings.DoneSleep, s.show(done, done))
	})
	t.Run("the user does not add it", func(t *testing.T) {
		s := newStory(t, settings.DoneSleep)
		s.show(sending)
		s.adding = true
		s.want("", s.show(done))
		s.adding = false
		s.want(settings.DoneSleep, s.show(done))
	})
	t.Run("nothing else was sent", func(t *testing.T) {
		s := newStory(t, settings.DoneSleep)
		s.show()
		s.adding = true
		s.want("", s.show())
		s.adding = false
		s.want("", s.show())
	})
}

// finish shows a round that ends with the last snapshot.
func (s *story) finish() whendone.Decision {
	s.show(sending)
	return s.show(done)
}

func TestActionIsDoneAfterTheNotice(t *testing.T) {
	for _, action := range []settings.DoneAction{settings.DoneSleep, settings.DoneShutDown, settings.DoneProgram} {
		t.Run(string(action), func(t *testing.T) {
			s := newStory(t, action)
			got := s.finish()
			if diff := cmp.Diff(whendone.Decision{Announced: action, Left: whendone.Notice, Again: time.Second}, got); diff != "" {
				t.Error(diff)
			}
			for left := whendone.Notice - time.Second; left > 0; left -= time.Second {
				if got := s.show(done); got.Left != left || got.Do != "" {
					t.Fatalf("got %+v, want %v left", got, left)
				}
			}
			if diff := cmp.Diff(whendone.Decision{Do: action}, s.show(done)); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(whendone.Decision{}, s.show(done)); diff != "" {
				t.Errorf("done twice:\n%s", diff)
			}
		})
	}
}

func TestSoundIsPlayedAtOnce(t *testing.T) {
	s := newStory(t, settings.DoneSound)
	if diff := cmp.Diff(whendone.Decision{Do: settings.DoneSound}, s.finish()); diff != "" {
		t.Error(diff)
	}
}

func TestNoticeEndsWithoutTheAction(t *testing.T) {
	for name, stop := range map[string]func(*story) whendone.Decision{
		"stopped by the user": func(s *story) whendone.Decision { s.decider.Stop(); return s.show(done) },
		"a file is added":     func(s *story) whendone.Decision { return s.show(done, queued) },
		"something is being added": func(s *story) whendone.Decision {
			s.adding = true
			defer func() { s.adding = false }()
			return s.show(done)
		},
		"the computer was asleep": func(s *story) whendone.Decision {
			s.now = s.now.Add(time.Hour)
			return s.show(done)
		},
		"the clock was set to another day": func(s *story) whendone.Decision {
			s.now = s.now.AddDate(0, 0, 1)
			return s.show(done)
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStory(t, settings.DoneShutDown)
			s.want(settings.DoneShutDown, s.finish())
			if diff := cmp.Diff(whendone.Decision{}, stop(s)); diff != "" {
				t.Error(diff)
			}
			for range 120 {
				if got := s.show(done, paused); got.Do != "" || got.Announced != "" {
					t.Fatalf("got %+v", got)
				}
			}
		})
	}
}

func TestChoiceForThisRoundAppliesOnce(t *testing.T) {
	t.Run("instead of the settings", func(t *testing.T) {
		s := newStory(t, settings.DoneShutDown)
		s.show(sending)
		s.decider.Choose(settings.DoneNothing)
		s.want("", s.show(done))
		s.want(settings.DoneShutDown, s.finish())
	})
	t.Run("not after another round if this one failed", func(t *testing.T) {
		s := newStory(t, settings.DoneNothing)
		s.show(sending)
		s.decider.Choose(settings.DoneShutDown)
		s.want("", s.show(failed))
		s.want("", s.show(sending))
		s.want("", s.show(done))
	})
	t.Run("still after a pause", func(t *testing.T) {
		s := newStory(t, settings.DoneNothing)
		s.show(sending)
		s.decider.Choose(settings.DoneSleep)
		s.want("", s.show(paused))
		s.want("", s.show(sending))
		s.want(settings.DoneSleep, s.show(done))
	})
	t.Run("before the round begins", func(t *testing.T) {
		s := newStory(t, settings.DoneNothing)
		s.show()
		s.decider.Choose(settings.DoneSleep)
		s.want("", s.show())
		s.want(settings.DoneSleep, s.finish())
	})
}

// TestNoActionWhileSomethingIsLeft: whatever happens to the transfers, nothing is announced or
// done with a snapshot in which something is to be sent, and nothing is done without notice.
func TestNoActionWhileSomethingIsLeft(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		s := newStory(t, settings.DoneShutDown)
		all := states{queued, sending, paused, done, failed, offline, removed}
		noticed := time.Duration(0)
		for range rapid.IntRange(1, 80).Draw(r, "steps") {
			list := rapid.SliceOfN(rapid.SampledFrom([]int{0, 1, 2, 3, 4, 5, 6}), 0, 4).Draw(r, "states")
			step := make(states, len(list))
			pending := false
			for i, state := range list {
				step[i] = all[state]
				pending = pending || state == 0 || state == 1 || state == 5
			}
			for range rapid.SampledFrom([]int{1, 1, 1, 70}).Draw(r, "seconds") {
				got := s.show(step...)
				if pending && (got.Announced != "" || got.Do != "") {
					r.Fatalf("%+v while something is left: %v", got, list)
				}
				if got.Do != "" && noticed < whendone.Notice-time.Second {
					r.Fatalf("%+v after a notice of %v", got, noticed)
				}
				noticed += time.Second
				if got.Announced == "" || got.Left == whendone.Notice {
					noticed = 0
				}
			}
		}
	})
}
