package app

import (
	"testing"

	"github.com/ferryapp/ferry/app/internal/apptest"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
)

func TestReview(t *testing.T) {
	open := func(t *testing.T) *testWindow {
		t.Helper()
		s := startWithQuestion(t, interruptedEngine())
		s.window.banner.Model().Buttons[1].OnTapped()
		if s.prompt.review == nil || s.prompt.review.Len() != 2 {
			t.Fatal("review does not show two transfers")
		}
		return s
	}
	t.Run("resume of one keeps the question about the others", func(t *testing.T) {
		s := open(t)
		s.prompt.review.do(3, "resume")
		s.wantCommands(uploader.Resume{Target: uploader.TargetTransfers(3)})
		s.until("transfer is not in the review", func() bool { return s.prompt.review != nil && s.prompt.review.Len() == 1 })
	})
	t.Run("pause of one removes it from the review", func(t *testing.T) {
		s := open(t)
		s.prompt.review.do(1, "pause")
		s.wantCommands(uploader.Pause{Target: uploader.TargetTransfers(1)})
		s.until("transfer is not in the review", func() bool { return s.prompt.review.Len() == 1 })
	})
	t.Run("decision about the last one closes the question", func(t *testing.T) {
		s := open(t)
		s.prompt.review.do(1, "pause")
		s.until("one transfer is in the review", func() bool { return s.prompt.review.Len() == 1 })
		s.prompt.review.do(3, "resume")
		s.until("question is closed", func() bool {
			return s.prompt.interrupted == nil && s.prompt.review == nil && s.window.banner.Model().Text == ""
		})
	})
	t.Run("failed transfer can be retried", func(t *testing.T) {
		s := open(t)
		s.publish(apptest.Snapshot(apptest.Transfer(1, apptest.Acknowledged(apptest.Gigabyte), apptest.Failed(fault.Gone)), apptest.Transfer(3, apptest.Acknowledged(apptest.Gigabyte))))
		s.prompt.review.do(1, "retry")
		s.wantCommands(uploader.Retry{Target: uploader.TargetTransfers(1)})
	})
	t.Run("Resume all resumes all", func(t *testing.T) {
		s := open(t)
		s.press("Resume all")
		s.wantCommands(uploader.Resume{Target: uploader.TargetTransfers(1, 3)})
		if s.prompt.review != nil || s.keys.hasOverlay() {
			t.Error("review is still open")
		}
	})
	t.Run("Not now pauses all", func(t *testing.T) {
		s := open(t)
		s.press("Not now")
		s.wantCommands(uploader.Pause{Target: uploader.TargetTransfers(1, 3)})
	})
	t.Run("Escape closes the review and keeps the question", func(t *testing.T) {
		s := open(t)
		s.dialogs.CloseTop()
		if s.prompt.review != nil || s.prompt.interrupted == nil || len(s.commandsExceptCheck()) > 0 {
			t.Error("Escape answered the question")
		}
	})
}
