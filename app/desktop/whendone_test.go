//go:build linux && desktop

package desktop_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/ferryapp/ferry/app/desktop"
	"github.com/ferryapp/ferry/app/settings"
)

// runNowX and runNowY are a point of the button of the notice.
const runNowX, runNowY = 581, 384

// TestProgramIsRunWhenAllIsDone stops the program within its minute by key, and runs it at once by
// mouse.
func TestProgramIsRunWhenAllIsDone(t *testing.T) {
	folder := t.TempDir()
	program, ran := filepath.Join(folder, "program"), filepath.Join(folder, "ran")
	must(t, os.WriteFile(program, []byte("#!/bin/sh\n: >"+ran+"\n"), 0o700))
	ferry, ctx := launchWith(t, func(ctx context.Context, profile string) {
		newProfileBuilder(t, nil).save(ctx, profile, func(s *settings.Settings) {
			s.WhenDone = settings.WhenDone{Action: settings.DoneProgram, Program: program}
		})
	})
	waitDrawn(t, ctx)
	plain, err := ferry.Colour(ctx, ferry.Window, cornerX, cornerY)
	must(t, err)
	asked := func(c string) bool { return c != plain }
	must(t, ferry.Drop(ctx, createFile(t, "first.txt", 10)))
	must(t, ferry.AwaitColour(ctx, ferry.Window, cornerX, cornerY, "the notice", asked))
	waitDrawn(t, ctx)
	picture(t, ferry, "notice")
	must(t, ferry.Key(ctx, "Escape"))
	must(t, ferry.AwaitColour(ctx, ferry.Window, cornerX, cornerY, "the notice to close", func(c string) bool { return c == plain }))
	if _, err := os.Stat(ran); err == nil {
		t.Error("the program was run although it was stopped")
	}
	must(t, ferry.Drop(ctx, createFile(t, "second.txt", 10)))
	must(t, ferry.AwaitColour(ctx, ferry.Window, cornerX, cornerY, "the second notice", asked))
	waitDrawn(t, ctx)
	must(t, ferry.Click(ctx, ferry.Window, runNowX, runNowY))
	must(t, ferry.AwaitColour(ctx, ferry.Window, cornerX, cornerY, "the notice to close", func(c string) bool { return c == plain }))
	_, err = ferry.AwaitRows(ctx, "the program to run", func([]desktop.Row) bool {
		_, err := os.Stat(ran)
		return err == nil
	})
	must(t, err)
}
