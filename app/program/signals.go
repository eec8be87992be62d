package program

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"syscall"

	"github.com/ferryapp/ferry/app/cli"
)

// errHangup is the cause with which the context of [Run] ends after SIGHUP: the
// terminal was closed.
var errHangup = errors.New("terminal was closed")

// subscribeSignals is [signal.Notify] for the signals that end the program; tests replace it.
var subscribeSignals = signal.Notify

// notifySignals returns a context that ends with the first SIGINT, SIGTERM or SIGHUP.
// After that the signals have their default effect. A SIGPIPE ends nothing: the write fails.
func notifySignals() (ctx context.Context, stop func()) {
	ctx, cancel := context.WithCancelCause(context.Background())
	received := make(chan os.Signal, 1)
	subscribeSignals(received, endSignals()...)
	brokenPipe := make(chan os.Signal, 1) // never read: a write fails with EPIPE instead of ending the program
	signal.Notify(brokenPipe, syscall.SIGPIPE)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		select {
		case s := <-received:
			signal.Stop(received)
			if s == syscall.SIGHUP {
				cancel(errHangup)
				return
			}
			cancel(nil)
		case <-ctx.Done():
		}
	}()
	return ctx, func() {
		signal.Stop(received)
		signal.Stop(brokenPipe)
		cancel(nil)
		<-ended
	}
}

// endSignals returns the signals that end the program. SIGHUP, which a closing terminal
// sends, stays ignored where the program was started so (nohup).
func endSignals() []os.Signal {
	signals := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) {
		signals = append(signals, syscall.SIGHUP)
	}
	return signals
}

// exitCode returns the exit code for err after the context of a run has ended.
func exitCode(ctx context.Context, err error) int {
	code := cli.ExitCode(err)
	if code == cli.ExitInterrupted && errors.Is(context.Cause(ctx), errHangup) {
		return cli.ExitHangup
	}
	return code
}
