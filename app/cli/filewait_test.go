package cli

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/app/instance"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
)

// commandEngine records commands, and fails them with err.
type commandEngine struct {
	Engine
	commands []uploader.Command
	err      error
}

func (e *commandEngine) Do(_ context.Context, command uploader.Command) error {
	e.commands = append(e.commands, command)
	return e.err
}

func TestFileWaitOfRequests(t *testing.T) {
	t.Run("ten minutes, unless set", func(t *testing.T) {
		for set, want := range map[time.Duration]time.Duration{0: 10 * time.Minute, time.Second: time.Second} {
			if got := (&Executor{FileWait: set}).fileWait().Max; got != want {
				t.Errorf("FileWait %v: got %v, want %v", set, got, want)
			}
		}
	})
	t.Run("with a window, the files keep waiting", func(t *testing.T) {
		x := &Executor{Show: func(context.Context, instance.Request) error { return nil }}
		if x.fileWait().End != nil {
			t.Error("End is set")
		}
	})
	t.Run("without a window, the engine fails the files", func(t *testing.T) {
		for _, err := range []error{nil, fault.Newf(fault.LocalDisk, fault.Save, "disk full")} {
			e := &commandEngine{err: err}
			if err := (&Executor{Engine: e}).fileWait().End(t.Context(), []uploader.TransferID{1, 2}); err != nil {
				t.Errorf("got %v", err)
			}
			if diff := cmp.Diff([]uploader.Command{uploader.EndFileWait{Target: uploader.TargetTransfers(1, 2)}}, e.commands); diff != "" {
				t.Error(diff)
			}
		}
	})
	t.Run("an engine that ended is an error", func(t *testing.T) {
		e := &commandEngine{err: context.Canceled}
		if err := (&Executor{Engine: e}).fileWait().End(t.Context(), nil); err == nil {
			t.Error("no error")
		}
	})
}
