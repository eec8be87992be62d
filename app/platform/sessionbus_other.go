//go:build !linux

package platform

import "context"

// LeaveSilentBus does nothing: this system has no session bus.
func LeaveSilentBus(context.Context) error { return nil }
