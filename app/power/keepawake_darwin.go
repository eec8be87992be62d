package power

import (
	"context"
	"os"
	"os/exec"
	"strconv"
	"time"
)

// restartInterval is the time before caffeinate is started again after it has ended.
const restartInterval = 30 * time.Second

// caffeinate is the system's program for assertions of the power manager.
const caffeinate = "/usr/bin/caffeinate"

// KeepAwake prevents the computer from going to sleep by itself until ctx is done, or this
// process ends. It never fails: a computer that cannot be kept awake sends nothing while it
// sleeps, and resumes. The system shows no reason. Held, if not nil, is called on the
// caller's goroutine when the computer is kept awake, and with "" when it no longer is.
func KeepAwake(ctx context.Context, reason string, held func(service string)) {
	report := func(service string) {
		if held != nil {
			held(service)
		}
	}
	for {
		// -i: no idle sleep; the display may be turned off. -w: until this process ends.
		assertion := exec.CommandContext(ctx, caffeinate, "-i", "-w", strconv.Itoa(os.Getpid())) //nolint:gosec // a number
		if assertion.Start() == nil {
			report(caffeinate)
			_ = assertion.Wait()
			report("")
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(restartInterval):
		}
	}
}
