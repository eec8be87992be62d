//go:build linux && desktop

package desktop_test

import (
	"errors"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ferryapp/ferry/app/desktop"
	"github.com/ferryapp/ferry/app/words"
)

func TestWithoutTrayWindowStaysReachable(t *testing.T) {
	ferry, ctx := launchWith(t, limitedProfile(t, slow))
	must(t, ferry.Drop(ctx, createFile(t, "archive.tar", large)))
	_, err := ferry.AwaitPartial(ctx, 1)
	must(t, err)
	must(t, ferry.CloseWindow(ctx, ferry.Window))
	must(t, ferry.AwaitHidden(ctx, desktop.Title))
	ferry.KillPanel()
	must(t, ferry.AwaitWindow(ctx)) // it comes back by itself

	unshaded, err := ferry.Colour(ctx, ferry.Window, emptyX, emptyY)
	must(t, err)
	must(t, ferry.CloseWindow(ctx, ferry.Window))
	must(t, ferry.AwaitColour(ctx, ferry.Window, emptyX, emptyY, "the question", func(is string) bool { return is != unshaded }))
	picture(t, ferry, "question")
	must(t, ferry.Focus(ctx, ferry.Window))
	must(t, ferry.Key(ctx, "Tab", "Return")) // Quit
	must(t, ferry.Process.Wait(ctx))

	must(t, ferry.Start(ctx, "--hidden")) // which waits for the window, since there is nowhere to hide
}

func TestTrayIconReturnsAfterPanelRestart(t *testing.T) {
	ferry, ctx := launch(t)
	for _, before := range []struct {
		what string
		do   func() error
	}{
		{"as it is", func() error { return nil }},
		{"after a signal for somebody else", func() error { return ferry.SendStraySignal(ferry.Process) }},
		{"once more", func() error { return nil }},
	} {
		must(t, ferry.AwaitTray(ctx, openFerry[words.English]))
		must(t, before.do())
		must(t, ferry.RestartPanel(ctx))
		if err := ferry.AwaitTray(ctx, openFerry[words.English]); err != nil {
			t.Fatalf("%s: %v", before.what, err)
		}
		icons, err := ferry.Tray(ctx)
		must(t, err)
		if len(icons) > 1 {
			t.Errorf("%s: %d icons are in the tray", before.what, len(icons))
		}
	}
	must(t, ferry.Quit(ctx, "Quit"))
}

func TestWithoutOpenGLReportsErrorAndSendWorks(t *testing.T) {
	ferry, ctx := launch(t)
	must(t, ferry.Quit(ctx, "Quit"))
	profile := filepath.Join(ferry.Home(), "other profile")
	broken, err := ferry.Run("env", "LIBGL_DRIVERS_PATH=/nowhere", "GBM_BACKENDS_PATH=/nowhere", binary, "--profile", profile)
	must(t, err)
	var exit *exec.ExitError
	if err := broken.Wait(ctx); !errors.As(err, &exit) || exit.ExitCode() != 1 {
		t.Errorf("it ended with %v", err)
	}
	if said := broken.Log(); !strings.Contains(said, "needs OpenGL") || !strings.Contains(said, "ferry send") || strings.Contains(said, "goroutine") {
		t.Errorf("it said:\n%s", said)
	}
	source := createFile(t, "sent.bin", mebibyte)
	_, err = ferry.Output(ctx, binary, "--profile", profile, "send", "--quiet", source)
	must(t, err)
	must(t, desktop.SameBytes(source, filepath.Join(profile, "Received", "sent.bin")))
}
