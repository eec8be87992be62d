package power

import (
	"context"
	"fmt"
	"os/exec"
)

// Sleep puts the computer to sleep.
func Sleep(ctx context.Context) error {
	if err := exec.CommandContext(ctx, "/usr/bin/pmset", "sleepnow").Run(); err != nil {
		return fmt.Errorf("suspend: %w", err)
	}
	return nil
}

// ShutDown turns the computer off. Programs are asked to end, and can prevent it. The system
// asks the user first whether Ferry may do that.
func ShutDown(ctx context.Context) error {
	if err := exec.CommandContext(ctx, "/usr/bin/osascript", "-e", `tell application "System Events" to shut down`).Run(); err != nil {
		return fmt.Errorf("shut down: %w", err)
	}
	return nil
}
