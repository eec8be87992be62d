//go:build linux && desktop

package desktop_test

import (
	"context"
	"path/filepath"
	"slices"
	"testing"

	"github.com/ferryapp/ferry/app/desktop"
	"github.com/ferryapp/ferry/app/settings"
	"github.com/ferryapp/ferry/app/words"
)

// launchInterrupted kills Ferry during an upload and starts it as at login, with the
// setting to ask before resuming.
func launchInterrupted(t *testing.T) (ferry *desktop.Ferry, ctx context.Context, source string) {
	t.Helper()
	const size = 512 * mebibyte
	ferry, ctx = launchWith(t, func(ctx context.Context, profile string) {
		newProfileBuilder(t, nil).save(ctx, profile, func(s *settings.Settings) {
			s.Start.OnStart, s.Transfers.Limit = settings.OnStartAsk, size/16
		})
	})
	source = createFile(t, "interview.mov", size)
	must(t, ferry.Drop(ctx, source))
	_, err := ferry.AwaitPartial(ctx, size/16)
	must(t, err)
	ferry.Process.Kill()
	must(t, ferry.StartHidden(ctx, openFerry[words.English]))
	note, err := ferry.AwaitNotification(ctx, "1 upload didn't finish")
	must(t, err)
	if want := []string{"", "Resume", "Not now"}; !slices.Equal(note.Actions, want) {
		t.Errorf("the notification has the actions %q", note.Actions)
	}
	if ferry.Visible(ctx, desktop.Title) {
		t.Error("the window is visible")
	}
	picture(t, ferry, "asked")
	return ferry, ctx, source
}

// checkResumed waits for the file, and checks that its upload was resumed without
// showing the window.
func checkResumed(t *testing.T, ctx context.Context, ferry *desktop.Ferry, source string) { //nolint:revive // the context is the test's
	t.Helper()
	must(t, ferry.AwaitReceived(ctx, source, filepath.Base(source)))
	received, err := ferry.Received()
	must(t, err)
	if received.Uploads != 1 {
		t.Errorf("%d uploads created for one file", received.Uploads)
	}
	if ferry.Visible(ctx, desktop.Title) {
		t.Error("the window is visible")
	}
}

const (
	notNowButton = iota // counted from the last
	resumeButton
)

func TestResumeFromNotification(t *testing.T) {
	ferry, ctx, source := launchInterrupted(t)
	must(t, ferry.PressNotification(ctx, resumeButton))
	checkResumed(t, ctx, ferry, source)
}

func TestResumeFromTrayMenu(t *testing.T) {
	ferry, ctx, source := launchInterrupted(t)
	const entry = "Resume 1 unfinished upload"
	must(t, ferry.ChooseTray(ctx, entry, func(ctx context.Context) error { return ferry.AwaitTrayWithout(ctx, entry) }))
	checkResumed(t, ctx, ferry, source)
}

func TestPostponeResume(t *testing.T) {
	ferry, ctx, source := launchInterrupted(t)
	must(t, ferry.PressNotification(ctx, notNowButton))
	must(t, ferry.AwaitTrayWithout(ctx, "Not now"))
	must(t, ferry.ChooseTray(ctx, "Resume all", func(ctx context.Context) error { return ferry.AwaitTrayWithout(ctx, "Resume all") }))
	checkResumed(t, ctx, ferry, source)
}
