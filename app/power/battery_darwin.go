package power

import (
	"context"
	"os/exec"
	"strings"
)

// WatchBattery calls changed, on the caller's goroutine, whenever the computer begins or ends
// to run on its battery, until ctx is done. It counts as plugged in at first, and while the
// system does not know.
func WatchBattery(ctx context.Context, changed func(onBattery bool)) error {
	return pollBattery(ctx, func() bool {
		output, err := exec.CommandContext(ctx, "/usr/bin/pmset", "-g", "ps").Output()
		return err == nil && strings.Contains(string(output), "'Battery Power'")
	}, changed)
}
