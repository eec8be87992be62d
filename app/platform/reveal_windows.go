package platform

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"syscall"
)

// Reveal shows the file in the Explorer, selected in its folder. The Explorer
// reads its command line in a way of its own, and ends with an error also when
// all went well. A Windows path holds no quotation mark.
func Reveal(ctx context.Context, path string) error {
	command := exec.CommandContext(ctx, "explorer.exe")
	command.SysProcAttr = &syscall.SysProcAttr{CmdLine: `explorer.exe /select,"` + path + `"`}
	err := command.Run()
	if _, ended := errors.AsType[*exec.ExitError](err); err != nil && !ended {
		return fmt.Errorf("reveal file: %w", err)
	}
	return nil
}
