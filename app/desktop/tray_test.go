//go:build linux && desktop

package desktop_test

import (
	"errors"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
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
	must(t, ferry.AwaitWindow(ctx)) // shown when the tray disappears

	plain, err := ferry.Colour(ctx, ferry.Window, emptyX, emptyY)
	must(t, err)
	must(t, ferry.CloseWindow(ctx, ferry.Window))
	must(t, ferry.AwaitColour(ctx, ferry.Window, emptyX, emptyY, "the dialog", func(c string) bool { return c != plain }))
	picture(t, ferry, "dialog")
	must(t, ferry.Focus(ctx, ferry.Window))
	must(t, ferry.Key(ctx, "Return")) // Quit, which is highlighted without a tray
	must(t, ferry.Process.Wait(ctx))

	must(t, ferry.Start(ctx, "--hidden")) // shows the window because there is no tray
}

func TestTrayIconReturnsAfterPanelRestart(t *testing.T) {
	ferry, ctx := launch(t)
	for _, before := range []struct {
		what string
		do   func() error
	}{
		{"initially", func() error { return nil }},
		{"after a stray D-Bus signal", func() error { return ferry.SendStraySignal(ferry.Process) }},
		{"again", func() error { return nil }},
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
			t.Errorf("%s: %d icons in the tray, want 1", before.what, len(icons))
		}
	}
	must(t, ferry.Quit(ctx, "Quit"))
}

// Where Pause all is in the window.
const pauseAllX, pauseAllY = 818, 22

func TestUploadContinuesAfterSessionBusIsLost(t *testing.T) {
	ferry, ctx := launchWith(t, limitedProfile(t, slow))
	must(t, ferry.AwaitTray(ctx, openFerry[words.English]))
	must(t, ferry.Drop(ctx, createFile(t, "archive.tar", large)))
	before, err := ferry.AwaitPartial(ctx, 1)
	must(t, err)
	must(t, ferry.CloseWindow(ctx, ferry.Window))
	must(t, ferry.AwaitHidden(ctx, desktop.Title))

	ferry.KillBus()
	_, err = ferry.AwaitPartial(ctx, before.Partial+mebibyte)
	must(t, err)
	must(t, ferry.AwaitWindow(ctx)) // shown because the tray has disappeared
	picture(t, ferry, "bus lost")
	must(t, ferry.Click(ctx, ferry.Window, pauseAllX, pauseAllY)) // changes the tray's icon
	_, err = ferry.AwaitRows(ctx, "the upload to be paused", func(rows []desktop.Row) bool {
		return len(rows) == 1 && rows[0].State == "paused"
	})
	must(t, err)

	must(t, ferry.RestartBus(ctx))
	must(t, ferry.AwaitTray(ctx, "Resume all"))
	icons, err := ferry.Tray(ctx)
	must(t, err)
	if len(icons) != 1 {
		t.Errorf("%d icons in the tray, want 1", len(icons))
	}
	must(t, ferry.ClickTray(ctx, "Resume all"))
	must(t, ferry.AwaitTray(ctx, "Pause all"))
	must(t, ferry.Process.Signal(syscall.SIGTERM))
	must(t, ferry.Process.Wait(ctx))
}

func TestStartFailureIsShownInWindow(t *testing.T) {
	ferry, ctx := launch(t)
	must(t, ferry.Quit(ctx, "Quit"))
	file := createFile(t, "profile", 10)
	failing, err := ferry.Run(binary, "--profile", file)
	must(t, err)
	must(t, ferry.AwaitWindow(ctx))
	picture(t, ferry, "start failure")
	must(t, ferry.CloseWindow(ctx, ferry.Window))
	var exit *exec.ExitError
	if err := failing.Wait(ctx); !errors.As(err, &exit) || exit.ExitCode() != 1 {
		t.Errorf("exit: %v, want status 1", err)
	}
	if output := failing.Log(); !strings.Contains(output, "can't save its data") {
		t.Errorf("output:\n%s", output)
	}
}

func TestWithoutOpenGLReportsErrorAndSendWorks(t *testing.T) {
	ferry, ctx := launch(t)
	must(t, ferry.Quit(ctx, "Quit"))
	profile := filepath.Join(ferry.Home(), "other profile")
	broken, err := ferry.Run("env", "LIBGL_DRIVERS_PATH=/nowhere", "GBM_BACKENDS_PATH=/nowhere", binary, "--profile", profile)
	must(t, err)
	var exit *exec.ExitError
	if err := broken.Wait(ctx); !errors.As(err, &exit) || exit.ExitCode() != 1 {
		t.Errorf("exit: %v, want status 1", err)
	}
	if output := broken.Log(); !strings.Contains(output, "needs OpenGL") || !strings.Contains(output, "ferry send") || strings.Contains(output, "goroutine") {
		t.Errorf("output:\n%s", output)
	}
	source := createFile(t, "sent.bin", mebibyte)
	_, err = ferry.Output(ctx, binary, "--profile", profile, "send", "--quiet", source)
	must(t, err)
	must(t, desktop.SameBytes(source, filepath.Join(profile, "Received", "sent.bin")))
}
