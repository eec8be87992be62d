//go:build unix

package endtoend_test

import (
	"os"
	"syscall"
)

// quitWithStacks ends a program so that it shows what its goroutines do.
func quitWithStacks(process *os.Process) { _ = process.Signal(syscall.SIGQUIT) }

// terminate asks a program to end.
func terminate(process *os.Process) { _ = process.Signal(syscall.SIGTERM) }

// interrupt is Ctrl+C.
func interrupt(process *os.Process) { _ = process.Signal(syscall.SIGINT) }
