package platform

import (
	"context"
	"fmt"
	"os/exec"
)

// Reveal opens the file's folder in the Finder with the file selected.
func Reveal(ctx context.Context, path string) error {
	if err := exec.CommandContext(ctx, "open", "-R", path).Run(); err != nil {
		return fmt.Errorf("reveal file: %w", err)
	}
	return nil
}

// OpenFolder opens a folder in the Finder.
func OpenFolder(ctx context.Context, dir string) error {
	if err := exec.CommandContext(ctx, "open", dir).Run(); err != nil {
		return fmt.Errorf("open folder: %w", err)
	}
	return nil
}

// OpenFile opens a file with the default program of its type.
func OpenFile(ctx context.Context, path string) error {
	if err := exec.CommandContext(ctx, "open", path).Run(); err != nil {
		return fmt.Errorf("open file: %w", err)
	}
	return nil
}
