//go:build !linux && !windows && !darwin

package power

import "context"

// WatchBattery returns immediately: this system counts as plugged in.
func WatchBattery(_ context.Context, changed func(onBattery bool)) error { return nil }
