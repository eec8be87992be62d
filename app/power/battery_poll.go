//go:build windows || darwin

package power

import (
	"context"
	"time"
)

// batteryInterval is how often the system is asked.
const batteryInterval = 10 * time.Second

// pollBattery asks the system until ctx is done, and reports changes.
func pollBattery(ctx context.Context, onBattery func() bool, changed func(bool)) error {
	tick := time.NewTicker(batteryInterval)
	defer tick.Stop()
	for reported := false; ; {
		if now := onBattery(); now != reported {
			reported = now
			changed(now)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil
		}
	}
}
