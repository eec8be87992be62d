package view

import (
	"testing"

	"github.com/ferryapp/ferry/app/internal/apptest"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
)

func TestInterruptedAndResumed(t *testing.T) {
	apptest.LoadEnglish(t)
	s := apptest.Snapshot(apptest.Transfer(1, apptest.Acknowledged(apptest.Gigabyte)), apptest.Transfer(2, apptest.Acknowledged(apptest.Gigabyte)), apptest.Transfer(3, apptest.Paused, apptest.Acknowledged(apptest.Gigabyte)), apptest.Transfer(4, apptest.Done))
	t.Run("what goes on by itself is said with what is already there", func(t *testing.T) {
		if got, want := FindResumed(s).Text(s), "Resuming 2 uploads · 2.0 of 8.0 GB already uploaded"; got != want {
			t.Errorf("got %q", got)
		}
	})
	t.Run("what the server turns out to hold corrects what was known", func(t *testing.T) {
		killed := apptest.Snapshot(apptest.Transfer(1, apptest.Acknowledged(0)))
		left := FindResumed(killed)
		if got, want := left.Text(killed), "Resuming 1 interrupted upload"; got != want {
			t.Errorf("got %q", got)
		}
		asked := apptest.Snapshot(apptest.Transfer(1, apptest.Sending, apptest.Acknowledged(apptest.Gigabyte), func(t *uploader.Transfer) { t.ResumedFrom = apptest.Gigabyte }))
		if got, want := left.Text(asked), "Resuming 1 upload · 1.0 of 4.0 GB already uploaded"; got != want {
			t.Errorf("got %q", got)
		}
	})
	t.Run("there is nothing to say when nothing had begun", func(t *testing.T) {
		fresh := apptest.Snapshot(apptest.Transfer(1), apptest.Transfer(2, apptest.Done))
		if got := FindResumed(fresh).Text(fresh); got != "" {
			t.Errorf("got %q", got)
		}
	})
	t.Run("what was paused is not asked about: it stays paused", func(t *testing.T) {
		left := FindInterrupted(s)
		if got, want := left.Question(s), "2 uploads were interrupted. Checking with the servers…"; got != want {
			t.Errorf("before the servers have answered it says %q", got)
		}
		left.Known = true
		if got, want := left.Question(s), "2 uploads were interrupted. 2.0 of 8.0 GB already uploaded."; got != want {
			t.Errorf("got %q", got)
		}
		if left.Contains(s.Transfers[2]) || !left.Contains(s.Transfers[0]) {
			t.Error("the wrong transfers wait for the answer")
		}
	})
	t.Run("a folder that was not walked to its end is left too", func(t *testing.T) {
		s := apptest.Snapshot()
		s.Batches[7] = &uploader.Batch{ID: 7}
		if left := FindInterrupted(s); left == nil || len(left.ResumeCommands(s)) != 2 || left.Question(s) != "Adding 1 folder was interrupted." {
			t.Errorf("found %+v", left)
		}
	})
	t.Run("what the servers turned out to have, and what they do not, is said", func(t *testing.T) {
		left := FindInterrupted(s)
		left.Known = true
		tests := []struct {
			name  string
			first []func(*uploader.Transfer)
			want  string
		}{
			{"one was forgotten", []func(*uploader.Transfer){apptest.Acknowledged(apptest.Gigabyte), apptest.Failed(fault.Gone)}, "2 uploads were interrupted. 1.0 of 8.0 GB already uploaded. 1 of them needs attention."},
			{"one is missing here", []func(*uploader.Transfer){apptest.Acknowledged(apptest.Gigabyte), apptest.Failed(fault.SourceMissing)}, "2 uploads were interrupted. 2.0 of 8.0 GB already uploaded. 1 of them needs attention."},
			{"a server does not answer", []func(*uploader.Transfer){apptest.Acknowledged(apptest.Gigabyte), func(t *uploader.Transfer) { t.Fault = fault.New(fault.Unreachable, fault.Head, nil) }}, "2 uploads were interrupted. 2.0 of 8.0 GB uploaded when last checked; some servers don't respond."},
		}
		nothing := apptest.Snapshot(apptest.Transfer(1, func(t *uploader.Transfer) { t.Fault = fault.New(fault.Offline, fault.Head, nil) }))
		if got := left.Question(nothing); got != "1 upload was interrupted. Some servers don't respond, so their progress is unknown." {
			t.Errorf("of servers that are away it says %q", got)
		}
		for _, c := range tests {
			found := apptest.Snapshot(apptest.Transfer(1, c.first...), apptest.Transfer(2, apptest.Acknowledged(apptest.Gigabyte)))
			if left.Update(found); left.Question(found) != c.want {
				t.Errorf("%s: said %q", c.name, left.Question(found))
			}
		}
	})
	t.Run("what is decided on in the list is not asked about any more", func(t *testing.T) {
		left := FindInterrupted(s)
		left.Update(apptest.Snapshot(apptest.Transfer(1, apptest.Sending, apptest.Acknowledged(apptest.Gigabyte)), apptest.Transfer(2, apptest.Paused)))
		if !left.Empty() {
			t.Errorf("still asks about %v", left.Transfers)
		}
	})
	t.Run("nothing left is nothing to ask", func(t *testing.T) {
		if FindInterrupted(apptest.Snapshot(apptest.Transfer(1, apptest.Done), apptest.Transfer(2, apptest.Paused))) != nil {
			t.Error("something was found")
		}
	})
}
