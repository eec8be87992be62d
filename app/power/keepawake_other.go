//go:build !linux && !windows && !darwin

package power

import "context"

// KeepAwake returns when ctx is done. This system cannot be kept awake.
func KeepAwake(ctx context.Context, reason string, held func(service string)) { <-ctx.Done() }
