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
	t.Run("the uploaded size is shown when all servers have answered", func(t *testing.T) {
		resumedAt := func(bytes int64) func(*uploader.Transfer) {
			return func(t *uploader.Transfer) { t.ResumedFrom = bytes }
		}
		stored := []*uploader.Transfer{apptest.Transfer(1, apptest.Acknowledged(3e9)), apptest.Transfer(2, apptest.Acknowledged(apptest.Gigabyte), resumedAt(5e8))}
		first := apptest.Snapshot(stored...)
		resumed := FindResumed(first, time.Now())
		sending := apptest.Transfer(1, apptest.Sending, apptest.Acknowledged(3e9), resumedAt(2e9))
		done := apptest.Transfer(1, apptest.Done, apptest.Acknowledged(4e9), resumedAt(2e9))
		for _, step := range []struct {
			name     string
			snapshot *uploader.Snapshot
			want     string
		}{
			{"stored offsets", first, "Resuming 2 interrupted uploads"},
			{"one answer", apptest.Snapshot(sending, stored[1]), "Resuming 2 interrupted uploads"},
			{"all answers", apptest.Snapshot(done, apptest.Transfer(2, apptest.Sending, apptest.Acknowledged(2e9), resumedAt(apptest.Gigabyte))), "Resuming 2 uploads · 3.0 of 8.0 GB already uploaded"},
			{"the connection was lost again", apptest.Snapshot(done, apptest.Transfer(2, apptest.Waiting(fault.Offline), apptest.Acknowledged(3e9), resumedAt(apptest.Gigabyte))), "Resuming 2 uploads · 3.0 of 8.0 GB already uploaded"},
		} {
			if got := resumed.Text(step.snapshot); got != step.want {
				t.Errorf("%s: got %q", step.name, got)
			}
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
		if got, want := FindResumed(s, start).Text(s), "Resuming 1 interrupted upload"; got != want {
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
