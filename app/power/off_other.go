//go:build !linux && !windows && !darwin

package power

import (
	"context"
	"errors"
)

// Sleep fails: Ferry cannot put this system to sleep.
func Sleep(context.Context) error { return errors.ErrUnsupported }

// ShutDown fails: Ferry cannot turn off this system.
func ShutDown(context.Context) error { return errors.ErrUnsupported }
