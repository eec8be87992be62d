package platform

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"syscall"
)

// reveal opens the file's folder in the Explorer with the file selected.
func reveal(ctx context.Context, path string) error {
	return explore(ctx, `/select,`, path)
}

// openFolder opens a folder in the Explorer.
func openFolder(ctx context.Context, dir string) error {
	return explore(ctx, "", dir)
}

// openFile opens a file with the default program of its type.
func openFile(ctx context.Context, path string) error {
	return explore(ctx, "", path)
}

// explore runs the Explorer with an option and a path, which contains no quotation mark. It
// does not parse its command line by the usual rules and exits with an error code also on
// success.
func explore(ctx context.Context, option, path string) error {
	command := exec.CommandContext(ctx, "explorer.exe")
	command.SysProcAttr = &syscall.SysProcAttr{CmdLine: "explorer.exe " + option + `"` + path + `"`}
	err := command.Run()
	if _, exited := errors.AsType[*exec.ExitError](err); err != nil && !exited {
		return fmt.Errorf("run explorer: %w", err)
	}
	return nil
}
