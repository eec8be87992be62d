//go:build !windows

package program

import (
	"os"
	"os/exec"
)

// killedCode is the exit code of a program that was killed.
const killedCode = -1

// prepareInterrupt lets sendSignal interrupt a program that is not started yet.
func prepareInterrupt(*exec.Cmd) {}

// sendSignal sends a signal to a program.
func sendSignal(cmd *exec.Cmd, signal os.Signal) error { return cmd.Process.Signal(signal) }

// acceptInterrupts lets sendSignal interrupt this process.
func acceptInterrupts() error { return nil }
