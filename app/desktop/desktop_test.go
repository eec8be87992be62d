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
	"github.com/ferryapp/ferry/app/desktop/internal/desk"
	"github.com/ferryapp/ferry/app/profile"
	"github.com/ferryapp/ferry/app/settings"
	"github.com/ferryapp/ferry/app/words"
)

const (
	mebibyte = 1 << 20

	// At this pace, in bytes a second, a large file takes any machine long enough
	// for something to happen once a part of it is across, and at the slow one for a
	// conversation.
	large = 1536 * mebibyte
	part  = 64 * mebibyte
	pace  = 64 * mebibyte
	slow  = 4 * mebibyte
)

// limited makes a profile in which so many bytes a second are sent, all of them for
// 0. It may be done again while Ferry does not run.
func limited(t *testing.T, limit int64) func(ctx context.Context, profile string) {
	t.Helper()
	return func(ctx context.Context, profile string) {
		newWritten(t, nil).save(ctx, profile, func(s *settings.Settings) { s.Transfers.Limit = limit })
	}
}

// pauseAll chooses that in the tray, and waits until all is paused.
func pauseAll(ctx context.Context, ferry *desktop.Ferry) error {
	return ferry.Choose(ctx, "Pause all", func(ctx context.Context) error { return ferry.AwaitTray(ctx, "Resume all") })
}

// binary is the program under test: FERRY_BINARY, or built here.
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

// launch brings up a desktop of its own with Ferry in it. When the test ends it
// takes a last picture, says what Ferry logged if something went wrong, and ends
// all of it.
func launch(t *testing.T) (*desktop.Ferry, context.Context) {
	t.Helper()
	return launchOn(t, func(context.Context, string) {})
}

// launchOn is launch on a profile that is prepared first.
func launchOn(t *testing.T, prepare func(ctx context.Context, profile string)) (*desktop.Ferry, context.Context) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute) // only what hangs takes so long
	t.Cleanup(cancel)
	dir, err := os.MkdirTemp("", "ferry-desk-") // shorter than t.TempDir: sockets live in it
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	d, err := desk.Start(ctx, dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	ferry := desktop.New(d, binary, filepath.Join(d.Home(), "profile"))
	prepare(ctx, ferry.Profile())
	t.Cleanup(func() { finish(t, ferry) })
	must(t, ferry.Start(ctx))
	return ferry, ctx
}

// finish says all there is to know about what went wrong, and ends Ferry.
func finish(t *testing.T, ferry *desktop.Ferry) {
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
		t.Logf("Ferry said (it still ran: %t):\n%s", running, ferry.Process.Log())
		log, err := os.ReadFile(profile.Profile{Dir: ferry.Profile()}.Log())
		t.Logf("its log (%v):\n%s", err, log)
	}
	ferry.Process.Kill()
}

// picture keeps a picture of the screen in FERRY_PICTURES, when that is set.
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
	if err := ferry.Screenshot(ctx, filepath.Join(dir, t.Name()+"-"+what+".png")); err != nil {
		t.Error(err)
	}
}

// file makes a source file outside of the profile.
func file(t *testing.T, name string, size int64) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	must(t, desktop.WriteFile(path, size, byte(len(name))))
	return path
}

func TestADroppedFileCrosses(t *testing.T) {
	ferry, ctx := launch(t)
	source := file(t, "Ürlaub 1 (Kopie)%20 海.mov", 32*mebibyte+7)
	must(t, ferry.Drop(ctx, source))
	must(t, ferry.AwaitArrival(ctx, source, filepath.Base(source)))
}

func TestAFolderKeepsItsTree(t *testing.T) {
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
		must(t, ferry.AwaitArrival(ctx, filepath.Join(folder, name), filepath.Join("Iceland raws", name)))
	}
}

func TestKilledHalfWayItGoesOnWhereItWas(t *testing.T) {
	ferry, ctx := launchOn(t, limited(t, pace))
	source := file(t, "interview.mov", large)
	must(t, ferry.Drop(ctx, source))
	_, err := ferry.AwaitPartial(ctx, part)
	must(t, err)
	picture(t, ferry, "half way")
	ferry.Process.Kill()

	before, err := ferry.Received()
	must(t, err)
	if before.Uploads != 1 || before.Partial < part || before.Partial >= large {
		t.Fatalf("when killed the receiver held %+v, want a part of one upload", before)
	}
	must(t, ferry.Start(ctx))
	must(t, ferry.AwaitArrival(ctx, source, filepath.Base(source)))

	after, err := ferry.Received()
	must(t, err)
	if after.Uploads != 1 {
		t.Errorf("%d uploads were created for one file", after.Uploads)
	}
}

func TestClosingTheWindowKeepsUploadingInTheTray(t *testing.T) {
	ferry, ctx := launch(t)
	source := file(t, "b-roll.mov", large)
	must(t, ferry.Drop(ctx, source))
	_, err := ferry.AwaitPartial(ctx, 1)
	must(t, err)

	must(t, ferry.CloseWindow(ctx, ferry.Window))
	must(t, ferry.Hidden(ctx, desktop.Title))
	must(t, ferry.AwaitArrival(ctx, source, filepath.Base(source)))

	must(t, ferry.Choose(ctx, openFerry[words.English], ferry.AwaitWindow))
}

func TestTheTrayPausesAndResumes(t *testing.T) {
	ferry, ctx := launchOn(t, limited(t, pace))
	source := file(t, "archive.tar", large)
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

	must(t, ferry.Choose(ctx, "Resume all", func(ctx context.Context) error {
		_, err := ferry.AwaitPartial(ctx, paused.Partial+1)
		return err
	}))
	must(t, ferry.AwaitArrival(ctx, source, filepath.Base(source)))
}

func TestQuitInTheTrayEndsInOrder(t *testing.T) {
	ferry, ctx := launch(t)
	source := file(t, "notes.txt", mebibyte)
	must(t, ferry.Drop(ctx, source))
	must(t, ferry.AwaitArrival(ctx, source, filepath.Base(source)))
	must(t, ferry.Quit(ctx, "Quit"))
	if log := ferry.Process.Log(); strings.Contains(log, "panic") || strings.Contains(log, "goroutine ") {
		t.Errorf("Ferry said:\n%s", log)
	}
}

func TestASecondStartHandsItsFilesToTheFirst(t *testing.T) {
	ferry, ctx := launch(t)
	source := file(t, "handed over.pdf", 3*mebibyte)
	must(t, ferry.HandOver(ctx, source))
	must(t, ferry.AwaitArrival(ctx, source, filepath.Base(source)))
	if !ferry.Process.Running() {
		t.Error("the first Ferry ended")
	}
}
