//go:build linux && desktop

package desktop_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ferryapp/ferry/app/desktop"
	"github.com/ferryapp/ferry/app/desktop/internal/virtual"
	"github.com/ferryapp/ferry/app/profile"
	"github.com/ferryapp/ferry/app/settings"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/widgets/theme"
)

const (
	mebibyte = 1 << 20

	// Rates are in bytes per second. At rate pace, uploading a large file takes long
	// enough on any machine to act when a part of it is uploaded; slow leaves time for
	// dialogs.
	large = 1536 * mebibyte
	part  = 64 * mebibyte
	pace  = 64 * mebibyte
	slow  = 4 * mebibyte
)

// limitedProfile returns a function that saves an upload limit in a profile; 0 is no
// limit. It may be called again while Ferry is not running.
func limitedProfile(t *testing.T, limit int64) func(ctx context.Context, profile string) {
	t.Helper()
	return func(ctx context.Context, profile string) {
		newProfileBuilder(t, nil).save(ctx, profile, func(s *settings.Settings) { s.Transfers.Limit = limit })
	}
}

// pauseAll chooses Pause all in the tray menu and waits until all is paused.
func pauseAll(ctx context.Context, ferry *desktop.Ferry) error {
	return ferry.ChooseTray(ctx, "Pause all", func(ctx context.Context) error { return ferry.AwaitTray(ctx, "Resume all") })
}

// binary is the path of the program under test: FERRY_BINARY, or built by TestMain.
var binary string

func TestMain(m *testing.M) { os.Exit(buildAndRun(m)) }

func buildAndRun(m *testing.M) int {
	if binary = os.Getenv("FERRY_BINARY"); binary != "" {
		return m.Run()
	}
	dir, err := os.MkdirTemp("", "ferry-binary-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	binary = filepath.Join(dir, "ferry")
	build := exec.Command("go", "build", "-tags", "migrated_fynedo", "-o", binary, "github.com/ferryapp/ferry")
	build.Stdout, build.Stderr = os.Stdout, os.Stderr
	if err := build.Run(); err != nil {
		fmt.Fprintln(os.Stderr, "build ferry:", err)
		return 1
	}
	return m.Run()
}

// launch starts a virtual desktop with Ferry, and waits until its window is drawn. At the end
// of the test it takes a picture, logs Ferry's output if the test failed, and stops everything.
func launch(t *testing.T) (*desktop.Ferry, context.Context) {
	t.Helper()
	ferry, ctx := launchWith(t, func(context.Context, string) {})
	must(t, ferry.AwaitColour(ctx, ferry.Window, addButtonX, addButtonY, "the button Add", isColour(theme.ColorAccent)))
	return ferry, ctx
}

// launchWith is like launch, but prepares the profile first.
func launchWith(t *testing.T, prepare func(ctx context.Context, profile string)) (*desktop.Ferry, context.Context) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute) // only if something hangs
	t.Cleanup(cancel)
	dir, err := os.MkdirTemp("", "ferry-desktop-") // t.TempDir is too long for sockets
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	d, err := virtual.Start(ctx, dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	ferry := desktop.New(d, binary, filepath.Join(d.Home(), "profile"))
	prepare(ctx, ferry.Profile())
	t.Cleanup(func() { reportAndKill(t, ferry) })
	must(t, ferry.Start(ctx))
	return ferry, ctx
}

// reportAndKill logs what is known about a failure, and kills Ferry.
func reportAndKill(t *testing.T, ferry *desktop.Ferry) {
	t.Helper()
	picture(t, ferry, "end")
	if ferry.Process == nil {
		return
	}
	if t.Failed() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), time.Minute)
		defer cancel()
		running := ferry.Process.Running()
		t.Log(ferry.Describe(ctx))
		ferry.Process.Abort()
		t.Logf("output of Ferry (running: %t):\n%s", running, ferry.Process.Log())
		log, err := os.ReadFile(profile.Profile{Dir: ferry.Profile()}.Log())
		t.Logf("log file of Ferry (%v):\n%s", err, log)
	}
	ferry.Process.Kill()
}

// picture saves a picture of the screen in FERRY_PICTURES, if set.
func picture(t *testing.T, ferry *desktop.Ferry, what string) {
	t.Helper()
	dir := os.Getenv("FERRY_PICTURES")
	if dir == "" {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), 2*time.Minute)
	defer cancel()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Error(err)
	}
	if err := ferry.Screenshot(ctx, filepath.Join(dir, strings.ReplaceAll(t.Name(), "/", "-")+"-"+what+".png")); err != nil {
		t.Error(err)
	}
}

// createFile creates a source file outside the profile.
func createFile(t *testing.T, name string, size int64) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	must(t, desktop.WriteFile(path, size, byte(len(name))))
	return path
}

func TestDropUploadsFile(t *testing.T) {
	ferry, ctx := launch(t)
	source := createFile(t, "Ürlaub 1 (Kopie)%20 海.mov", 32*mebibyte+7)
	must(t, ferry.Drop(ctx, source))
	must(t, ferry.AwaitReceived(ctx, source, filepath.Base(source)))
}

func TestDropKeepsFolderTree(t *testing.T) {
	ferry, ctx := launch(t)
	folder := filepath.Join(t.TempDir(), "Iceland raws")
	names := []string{"one.raw", "day 1/two.raw", "day 1/night/three.raw", "empty.txt"}
	for i, name := range names {
		path := filepath.Join(folder, name)
		must(t, os.MkdirAll(filepath.Dir(path), 0o755))
		must(t, desktop.WriteFile(path, int64(i+1)*mebibyte, byte(i)))
	}
	must(t, os.WriteFile(filepath.Join(folder, "empty.txt"), nil, 0o600))
	must(t, ferry.Drop(ctx, folder))
	for _, name := range names {
		must(t, ferry.AwaitReceived(ctx, filepath.Join(folder, name), filepath.Join("Iceland raws", name)))
	}
}

func TestResumesAtOffsetAfterKill(t *testing.T) {
	ferry, ctx := launchWith(t, limitedProfile(t, pace))
	source := createFile(t, "interview.mov", large)
	must(t, ferry.Drop(ctx, source))
	_, err := ferry.AwaitPartial(ctx, part)
	must(t, err)
	picture(t, ferry, "before kill")
	ferry.Process.Kill()

	before, err := ferry.Received()
	must(t, err)
	if before.Uploads != 1 || before.Partial < part || before.Partial >= large {
		t.Fatalf("after the kill the receiver has %+v, want a part of one upload", before)
	}
	must(t, ferry.Start(ctx))
	must(t, ferry.AwaitReceived(ctx, source, filepath.Base(source)))

	after, err := ferry.Received()
	must(t, err)
	if after.Uploads != 1 {
		t.Errorf("%d uploads created for one file", after.Uploads)
	}
}

func TestCloseWindowKeepsUploadingInTray(t *testing.T) {
	ferry, ctx := launch(t)
	source := createFile(t, "b-roll.mov", large)
	must(t, ferry.Drop(ctx, source))
	_, err := ferry.AwaitPartial(ctx, 1)
	must(t, err)

	must(t, ferry.CloseWindow(ctx, ferry.Window))
	must(t, ferry.AwaitHidden(ctx, desktop.Title))
	must(t, ferry.AwaitReceived(ctx, source, filepath.Base(source)))

	must(t, ferry.ChooseTray(ctx, openFerry[words.English], ferry.AwaitWindow))
}

func TestTrayPausesAndResumes(t *testing.T) {
	ferry, ctx := launchWith(t, limitedProfile(t, pace))
	source := createFile(t, "archive.tar", large)
	must(t, ferry.Drop(ctx, source))
	_, err := ferry.AwaitPartial(ctx, 1)
	must(t, err)

	must(t, pauseAll(ctx, ferry))
	picture(t, ferry, "paused")
	paused, err := ferry.Received()
	must(t, err)
	if paused.Partial == 0 || paused.Partial >= large {
		t.Fatalf("paused at %d bytes, want a part of the file", paused.Partial)
	}

	must(t, ferry.ChooseTray(ctx, "Resume all", func(ctx context.Context) error {
		_, err := ferry.AwaitPartial(ctx, paused.Partial+1)
		return err
	}))
	must(t, ferry.AwaitReceived(ctx, source, filepath.Base(source)))
}

func TestTrayQuitExitsCleanly(t *testing.T) {
	ferry, ctx := launch(t)
	source := createFile(t, "notes.txt", mebibyte)
	must(t, ferry.Drop(ctx, source))
	must(t, ferry.AwaitReceived(ctx, source, filepath.Base(source)))
	must(t, ferry.Quit(ctx, "Quit"))
	if log := ferry.Process.Log(); strings.Contains(log, "panic") || strings.Contains(log, "goroutine ") {
		t.Errorf("output of Ferry:\n%s", log)
	}
}

func TestSecondInstanceHandsFilesToFirst(t *testing.T) {
	ferry, ctx := launch(t)
	source := createFile(t, "second instance.pdf", 3*mebibyte)
	must(t, ferry.SendToRunning(ctx, source))
	must(t, ferry.AwaitReceived(ctx, source, filepath.Base(source)))
	missing := filepath.Join(t.TempDir(), "missing.pdf")
	if err := ferry.SendToRunning(ctx, missing); err == nil || !strings.Contains(err.Error(), missing+"” can't be found") {
		t.Errorf("handing over a file that does not exist: %v", err)
	}
	if !ferry.Process.Running() {
		t.Error("the first instance exited")
	}
}
