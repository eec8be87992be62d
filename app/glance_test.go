package app

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
)

const gigabyte = int64(1e9)

// transfer is one of four gigabytes to this computer.
func transfer(id uploader.TransferID, how ...func(*uploader.Transfer)) *uploader.Transfer {
	t := &uploader.Transfer{ID: id, Server: uploader.BuiltinServer}
	t.Source.Path, t.Source.Size = "/films/interview.mov", 4*gigabyte
	for _, set := range how {
		set(t)
	}
	return t
}

func holding(bytes int64) func(*uploader.Transfer) {
	return func(t *uploader.Transfer) {
		t.Session = uploader.Session{URL: "https://x/1", Offset: bytes, Sent: bytes}
	}
}

func sending(t *uploader.Transfer) { t.Phase = uploader.PhaseSending }
func paused(t *uploader.Transfer)  { t.Intent = uploader.IntentHold }
func done(t *uploader.Transfer)    { t.Phase = uploader.PhaseDone }

func failed(kind fault.Kind) func(*uploader.Transfer) {
	return func(t *uploader.Transfer) { t.Phase, t.Fault = uploader.PhaseFailed, fault.New(kind, fault.Patch, nil) }
}

func waiting(kind fault.Kind) func(*uploader.Transfer) {
	return func(t *uploader.Transfer) {
		t.Phase, t.Fault = uploader.PhaseWaiting, fault.New(kind, fault.Patch, nil)
	}
}

func TestTrayOf(t *testing.T) {
	speak(t)
	moving := snapshotOf(transfer(1, sending, holding(gigabyte)), transfer(2))
	moving.Totals.Rate, moving.Totals.ETA = 12.4e6, 4*time.Minute
	broken := snapshotOf(transfer(1, sending))
	broken.Trouble = fault.New(fault.LocalDisk, fault.Save, nil)
	tests := []struct {
		name string
		s    *uploader.Snapshot
		ask  bool
		want trayView
	}{
		{"nothing to do", snapshotOf(transfer(1, done)), false, trayView{
			mood: moodIdle, status: "No uploads", tooltip: "No uploads", recent: [recentMost]recent{{id: 1, name: "interview.mov", here: true}},
		}},
		{"under way", moving, false, trayView{
			mood: moodActive, eighths: 1, status: "2 uploading · about 4 min", tooltip: "2 uploading · 12 % · 12.4 MB/s · about 4 min", pause: true,
		}},
		{"all paused", snapshotOf(transfer(1, paused, holding(gigabyte)), transfer(2, paused)), false, trayView{
			mood: moodPaused, status: "2 paused", tooltip: "2 paused", paused: true,
		}},
		{"one failed", snapshotOf(transfer(1, failed(fault.Refused))), false, trayView{
			mood: moodAttention, status: "1 upload needs attention", tooltip: "1 upload needs attention",
		}},
		{"a question is open, which is not about what the user had paused", snapshotOf(transfer(1, holding(gigabyte)), transfer(2, paused)), true, trayView{
			mood: moodAttention, status: "1 waiting for your decision · 1 paused", tooltip: "1 waiting for your decision · 1 paused", paused: true, resume: "Resume 1 unfinished upload (3.0 GB left)",
		}},
		{"no network", snapshotOf(transfer(1, waiting(fault.Offline)), transfer(2)), false, trayView{
			mood: moodActive, status: "Waiting for the network", tooltip: "Waiting for the network · 0 %", pause: true,
		}},
		{"a connection lost", snapshotOf(transfer(1, waiting(fault.Transient))), false, trayView{
			mood: moodActive, status: "Waiting to retry", tooltip: "Waiting to retry · 0 %", pause: true,
		}},
		{"nothing can be saved", broken, false, trayView{
			mood: moodAttention, status: "Ferry can't save its data", tooltip: "Ferry can't save its data", pause: true,
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var left *leftover
			if test.ask {
				left = leftoverIn(test.s)
			}
			got := trayOf(test.s, tallyOf(test.s, left), left)
			if diff := cmp.Diff(test.want, got, cmp.AllowUnexported(trayView{}, recent{})); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestButtons(t *testing.T) {
	elsewhere := func(t *uploader.Transfer) { t.Server = 2 }
	tests := []struct {
		name string
		t    *uploader.Transfer
		want []action
	}{
		{"waiting for its turn", transfer(1), []action{actPause, actCancel}},
		{"uploading", transfer(1, sending), []action{actPause, actCancel}},
		{"paused", transfer(1, paused), []action{actResume, actCancel}},
		{"without network it may be tried now", transfer(1, waiting(fault.Offline)), []action{actRetry, actPause, actCancel}},
		{"changed", transfer(1, failed(fault.SourceChanged)), []action{actRetry, actRemove}},
		{"too large for its server", transfer(1, failed(fault.TooLarge)), []action{actElsewhere, actRemove}},
		{"refused", transfer(1, failed(fault.Refused)), []action{actRetry, actRemove}},
		{"done here can be shown", transfer(1, done), []action{actReveal, actRemove}},
		{"done elsewhere has a link", transfer(1, done, holding(4*gigabyte), elsewhere), []action{actLink, actRemove}},
		{"what is missing can be shown where it is", transfer(1, failed(fault.SourceMissing)), []action{actLocate, actRemove}},
		{"uploaded before: again, or the old link", transfer(1, failed(fault.Uploaded), elsewhere), []action{actRetry, actPriorLink, actRemove}},
		{"maybe begun before: that one, or a new file", transfer(1, failed(fault.Several)), []action{actContinue, actRetry, actRemove}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, situationOf([]*uploader.Transfer{test.t}).buttons()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestConnectionOf(t *testing.T) {
	tests := []struct {
		name string
		s    *uploader.Snapshot
		want connection
	}{
		{"nothing to send says nothing of the network", snapshotOf(transfer(1, done)), ready},
		{"bytes that cross prove it", snapshotOf(transfer(1, sending), transfer(2, waiting(fault.Offline))), connected},
		{"no network", snapshotOf(transfer(1, waiting(fault.Offline))), offline},
		{"a lost connection", snapshotOf(transfer(1, waiting(fault.Transient))), unreachable},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := connectionOf(test.s); got != test.want {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
}

func TestWhatAnEarlierRunLeft(t *testing.T) {
	speak(t)
	s := snapshotOf(transfer(1, holding(gigabyte)), transfer(2, holding(gigabyte)), transfer(3, paused, holding(gigabyte)), transfer(4, done))
	t.Run("what goes on by itself is said with what is already there", func(t *testing.T) {
		if got, want := revivalIn(s).sentence(s), "Resuming 2 uploads · 2.0 of 8.0 GB already uploaded"; got != want {
			t.Errorf("got %q", got)
		}
	})
	t.Run("what the server turns out to hold corrects what was known", func(t *testing.T) {
		killed := snapshotOf(transfer(1, holding(0)))
		left := revivalIn(killed)
		if got, want := left.sentence(killed), "Resuming 1 interrupted upload"; got != want {
			t.Errorf("got %q", got)
		}
		asked := snapshotOf(transfer(1, sending, holding(gigabyte), func(t *uploader.Transfer) { t.Resumed = gigabyte }))
		if got, want := left.sentence(asked), "Resuming 1 upload · 1.0 of 4.0 GB already uploaded"; got != want {
			t.Errorf("got %q", got)
		}
	})
	t.Run("there is nothing to say when nothing had begun", func(t *testing.T) {
		fresh := snapshotOf(transfer(1), transfer(2, done))
		if got := revivalIn(fresh).sentence(fresh); got != "" {
			t.Errorf("got %q", got)
		}
	})
	t.Run("what was paused is not asked about: it stays paused", func(t *testing.T) {
		left := leftoverIn(s)
		if got, want := left.question(s), "2 uploads were interrupted. Checking with the servers…"; got != want {
			t.Errorf("before the servers have answered it says %q", got)
		}
		left.known = true
		if got, want := left.question(s), "2 uploads were interrupted. 2.0 of 8.0 GB already uploaded."; got != want {
			t.Errorf("got %q", got)
		}
		if left.holds(s.Transfers[2]) || !left.holds(s.Transfers[0]) {
			t.Error("the wrong transfers wait for the answer")
		}
	})
	t.Run("a folder that was not walked to its end is left too", func(t *testing.T) {
		s := snapshotOf()
		s.Batches[7] = &uploader.Batch{ID: 7}
		if left := leftoverIn(s); left == nil || len(left.resume(s)) != 2 || left.question(s) != "Adding 1 folder was interrupted." {
			t.Errorf("found %+v", left)
		}
	})
	t.Run("what the servers turned out to have, and what they do not, is said", func(t *testing.T) {
		left := leftoverIn(s)
		left.known = true
		tests := []struct {
			name  string
			first []func(*uploader.Transfer)
			want  string
		}{
			{"one was forgotten", []func(*uploader.Transfer){holding(gigabyte), failed(fault.Gone)}, "2 uploads were interrupted. 1.0 of 8.0 GB already uploaded. 1 of them needs attention."},
			{"one is missing here", []func(*uploader.Transfer){holding(gigabyte), failed(fault.SourceMissing)}, "2 uploads were interrupted. 2.0 of 8.0 GB already uploaded. 1 of them needs attention."},
			{"a server does not answer", []func(*uploader.Transfer){holding(gigabyte), func(t *uploader.Transfer) { t.Fault = fault.New(fault.Unreachable, fault.Head, nil) }}, "2 uploads were interrupted. 2.0 of 8.0 GB uploaded when last checked; some servers don't respond."},
		}
		nothing := snapshotOf(transfer(1, func(t *uploader.Transfer) { t.Fault = fault.New(fault.Offline, fault.Head, nil) }))
		if got := left.question(nothing); got != "1 upload was interrupted. Some servers don't respond, so their progress is unknown." {
			t.Errorf("of servers that are away it says %q", got)
		}
		for _, c := range tests {
			found := snapshotOf(transfer(1, c.first...), transfer(2, holding(gigabyte)))
			if left.follow(found); left.question(found) != c.want {
				t.Errorf("%s: said %q", c.name, left.question(found))
			}
		}
	})
	t.Run("what is decided on in the list is not asked about any more", func(t *testing.T) {
		left := leftoverIn(s)
		left.follow(snapshotOf(transfer(1, sending, holding(gigabyte)), transfer(2, paused)))
		if !left.over() {
			t.Errorf("still asks about %v", left.transfers)
		}
	})
	t.Run("nothing left is nothing to ask", func(t *testing.T) {
		if leftoverIn(snapshotOf(transfer(1, done), transfer(2, paused))) != nil {
			t.Error("something was found")
		}
	})
}

// speak loads English, in which the tests read.
func speak(t *testing.T) {
	t.Helper()
	if err := words.Load("en"); err != nil {
		t.Fatal(err)
	}
}
