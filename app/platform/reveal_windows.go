package platform

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"syscall"
)

// Reveal shows the file in the Explorer, selected in its folder.
func Reveal(ctx context.Context, path string) error {
	return explore(ctx, `/select,"`+path+`"`)
}

// OpenFolder shows the content of a folder in the Explorer.
func OpenFolder(ctx context.Context, dir string) error {
	return explore(ctx, `"`+dir+`"`)
}

// OpenFile opens a file with the program that the system has for its kind.
func OpenFile(ctx context.Context, path string) error {
	return explore(ctx, `"`+path+`"`)
}

// explore starts the Explorer, which reads its command line in a way of its own
// and ends with an error also when all went well. A Windows path holds no
// quotation mark that could end its argument.
func explore(ctx context.Context, argument string) error {
	command := exec.CommandContext(ctx, "explorer.exe")
	command.SysProcAttr = &syscall.SysProcAttr{CmdLine: "explorer.exe " + argument}
	err := command.Run()
	if _, ended := errors.AsType[*exec.ExitError](err); err != nil && !ended {
		return fmt.Errorf("show folder: %w", err)
	}
	return nil
}
