package app

import (
	"context"

	"github.com/ferryapp/ferry/uploader/fault"
)

// failedLoad is the window that takes the place of Ferry's when the transfers could not be
// loaded.
type failedLoad struct {
	err    error
	window *failureWindow
}

// load waits until the transfers are loaded. It must not be called on the UI goroutine.
func (sh *shell) load(ctx context.Context) {
	if sh.config.Load == nil {
		return
	}
	err := sh.config.Load(ctx)
	if err == nil || ctx.Err() != nil || fault.IsCanceled(err) {
		return
	}
	sh.config.Log.Error("load transfers failed", "err", err)
	sh.bridge.Post(func() { sh.showLoadFailure(ctx, err) })
}

// showLoadFailure replaces the window by one about the error, which quits.
func (sh *shell) showLoadFailure(ctx context.Context, err error) {
	w := newFailureWindow(sh.toolkit, sh.system.chooser, sh.config.Log, sh.config.LoadFailure(err), sh.post)
	sh.failed = &failedLoad{err: err, window: w}
	w.start(ctx, sh.system.openFolder)
	sh.placement.hiding()
	sh.window.hide()
	w.window.Show()
}

// end ends the window and returns what the user has answered; nil without such a window.
func (f *failedLoad) end() error {
	if f == nil {
		return nil
	}
	f.window.close()
	return &LoadError{Err: f.err, Answer: f.window.answer}
}
