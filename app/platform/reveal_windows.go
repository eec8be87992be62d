package platform

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"syscall"
)

// Reveal opens the file's folder in the Explorer with the file selected.
func Reveal(ctx context.Context, path string) error {
	return explore(ctx, `/select,"`+path+`"`)
}

// OpenFolder opens a folder in the Explorer.
func OpenFolder(ctx context.Context, dir string) error {
	return explore(ctx, `"`+dir+`"`)
}

// OpenFile opens a file with the default program of its type.
func OpenFile(ctx context.Context, path string) error {
	return explore(ctx, `"`+path+`"`)
}

// explore runs the Explorer, which does not parse its command line by the usual rules
// and exits with an error code also on success. A Windows path contains no quotation
// mark that could end the argument.
func explore(ctx context.Context, argument string) error {
	command := exec.CommandContext(ctx, "explorer.exe")
	command.SysProcAttr = &syscall.SysProcAttr{CmdLine: "explorer.exe " + argument}
	err := command.Run()
	if _, exited := errors.AsType[*exec.ExitError](err); err != nil && !exited {
		return fmt.Errorf("run explorer: %w", err)
	}
	return nil
}
