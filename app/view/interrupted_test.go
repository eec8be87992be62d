package view

import (
	"testing"
	"time"

	"github.com/ferryapp/ferry/app/internal/apptest"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
)

func TestInterruptedAndResumed(t *testing.T) {
	apptest.LoadEnglish(t)
	s := apptest.Snapshot(apptest.Transfer(1, apptest.Acknowledged(apptest.Gigabyte)), apptest.Transfer(2, apptest.Acknowledged(apptest.Gigabyte)), apptest.Transfer(3, apptest.Paused, apptest.Acknowledged(apptest.Gigabyte)), apptest.Transfer(4, apptest.Done))
	t.Run("resumed text contains the uploaded size", func(t *testing.T) {
		if got, want := FindResumed(s, time.Now()).Text(s), "Resuming 2 uploads · 2.0 of 8.0 GB already uploaded"; got != want {
			t.Errorf("got %q", got)
		}
	})
	t.Run("server offset replaces the stored offset", func(t *testing.T) {
		stored := apptest.Snapshot(apptest.Transfer(1, apptest.Acknowledged(0)))
		resumed := FindResumed(stored, time.Now())
		if got, want := resumed.Text(stored), "Resuming 1 interrupted upload"; got != want {
			t.Errorf("got %q", got)
		}
		checked := apptest.Snapshot(apptest.Transfer(1, apptest.Sending, apptest.Acknowledged(apptest.Gigabyte), func(t *uploader.Transfer) { t.ResumedFrom = apptest.Gigabyte }))
		if got, want := resumed.Text(checked), "Resuming 1 upload · 1.0 of 4.0 GB already uploaded"; got != want {
			t.Errorf("got %q", got)
		}
	})
	t.Run("no text for uploads that were not started", func(t *testing.T) {
		unstarted := apptest.Snapshot(apptest.Transfer(1), apptest.Transfer(2, apptest.Done))
		if got := FindResumed(unstarted, time.Now()).Text(unstarted); got != "" {
			t.Errorf("got %q", got)
		}
	})
	t.Run("an upload that began after the start is not resumed", func(t *testing.T) {
		start := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
		begun := func(after time.Duration) func(*uploader.Transfer) {
			return func(t *uploader.Transfer) { t.Started = uploader.TimestampOf(start.Add(after)) }
		}
		s := apptest.Snapshot(
			apptest.Transfer(1, apptest.Acknowledged(apptest.Gigabyte), begun(-time.Hour)),
			apptest.Transfer(2, apptest.Acknowledged(apptest.Gigabyte), begun(time.Second)),
		)
		if got, want := FindResumed(s, start).Text(s), "Resuming 1 upload · 1.0 of 4.0 GB already uploaded"; got != want {
			t.Errorf("got %q", got)
		}
	})
	t.Run("paused uploads are not interrupted", func(t *testing.T) {
		interrupted := FindInterrupted(s)
		if got, want := interrupted.Question(s), "2 uploads were interrupted. Checking with the servers…"; got != want {
			t.Errorf("before the servers have answered: got %q", got)
		}
		interrupted.Known = true
		if got, want := interrupted.Question(s), "2 uploads were interrupted. 2.0 of 8.0 GB already uploaded."; got != want {
			t.Errorf("got %q", got)
		}
		if interrupted.Contains(s.Transfers.At(2)) || !interrupted.Contains(s.Transfers.At(0)) {
			t.Error("wrong transfers wait for the decision")
		}
	})
	t.Run("a folder whose scan did not finish is interrupted", func(t *testing.T) {
		s := apptest.Snapshot()
		s.Batches[7] = &uploader.Batch{ID: 7}
		if interrupted := FindInterrupted(s); interrupted == nil || len(interrupted.ResumeCommands(s)) != 2 || interrupted.Question(s) != "Adding 1 folder was interrupted." {
			t.Errorf("got %+v", interrupted)
		}
	})
	t.Run("question contains the servers' answers", func(t *testing.T) {
		interrupted := FindInterrupted(s)
		interrupted.Known = true
		tests := []struct {
			name string
			set  []func(*uploader.Transfer)
			want string
		}{
			{"one upload no longer exists", []func(*uploader.Transfer){apptest.Acknowledged(apptest.Gigabyte), apptest.Failed(fault.Gone)}, "2 uploads were interrupted. 1.0 of 8.0 GB already uploaded. 1 of them needs attention."},
			{"one file is missing", []func(*uploader.Transfer){apptest.Acknowledged(apptest.Gigabyte), apptest.Failed(fault.SourceMissing)}, "2 uploads were interrupted. 2.0 of 8.0 GB already uploaded. 1 of them needs attention."},
			{"a server does not respond", []func(*uploader.Transfer){apptest.Acknowledged(apptest.Gigabyte), func(t *uploader.Transfer) { t.Fault = fault.New(fault.Unreachable, fault.Head, nil) }}, "2 uploads were interrupted. 2.0 of 8.0 GB uploaded when last checked; some servers don't respond."},
		}
		offline := apptest.Snapshot(apptest.Transfer(1, func(t *uploader.Transfer) { t.Fault = fault.New(fault.Offline, fault.Head, nil) }))
		if got := interrupted.Question(offline); got != "1 upload was interrupted. Some servers don't respond, so their progress is unknown." {
			t.Errorf("offline: got %q", got)
		}
		for _, test := range tests {
			s := apptest.Snapshot(apptest.Transfer(1, test.set...), apptest.Transfer(2, apptest.Acknowledged(apptest.Gigabyte)))
			if interrupted.Update(s); interrupted.Question(s) != test.want {
				t.Errorf("%s: got %q", test.name, interrupted.Question(s))
			}
		}
	})
	t.Run("uploads paused or started in the list are decided", func(t *testing.T) {
		interrupted := FindInterrupted(s)
		interrupted.Update(apptest.Snapshot(apptest.Transfer(1, apptest.Sending, apptest.Acknowledged(apptest.Gigabyte)), apptest.Transfer(2, apptest.Paused)))
		if !interrupted.Empty() {
			t.Errorf("still undecided: %v", interrupted.Target())
		}
	})
	t.Run("nothing interrupted", func(t *testing.T) {
		if FindInterrupted(apptest.Snapshot(apptest.Transfer(1, apptest.Done), apptest.Transfer(2, apptest.Paused))) != nil {
			t.Error("got interrupted uploads")
		}
	})
}
