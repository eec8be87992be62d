package platform

import (
	"context"
	"fmt"
	"os/exec"
)

// reveal opens the file's folder in the Finder with the file selected.
func reveal(ctx context.Context, path string) error {
	if err := exec.CommandContext(ctx, "open", "-R", path).Run(); err != nil {
		return fmt.Errorf("reveal file: %w", err)
	}
	return nil
}

// openFolder opens a folder in the Finder.
func openFolder(ctx context.Context, dir string) error {
	if err := exec.CommandContext(ctx, "open", dir).Run(); err != nil {
		return fmt.Errorf("open folder: %w", err)
	}
	return nil
}

// openFile opens a file with the default program of its type.
func openFile(ctx context.Context, path string) error {
	if err := exec.CommandContext(ctx, "open", path).Run(); err != nil {
		return fmt.Errorf("open file: %w", err)
	}
	return nil
}
