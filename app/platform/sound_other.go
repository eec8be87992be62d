//go:build !linux && !windows

package platform

import (
	"context"
	"fmt"
	"os/exec"
)

// PlayFinished plays a sound of macOS, and returns when it was played. On other systems it
// fails.
func PlayFinished(ctx context.Context) error {
	if err := exec.CommandContext(ctx, "afplay", "/System/Library/Sounds/Glass.aiff").Run(); err != nil {
		return fmt.Errorf("play sound: %w", err)
	}
	return nil
}
