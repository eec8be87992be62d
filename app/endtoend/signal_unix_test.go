//go:build unix

package endtoend_test

import (
	"os"
	"syscall"
)

// quitWithStacks makes a Go program print its goroutines and exit.
func quitWithStacks(process *os.Process) { _ = process.Signal(syscall.SIGQUIT) }

// terminate sends SIGTERM.
func terminate(process *os.Process) { _ = process.Signal(syscall.SIGTERM) }

// interrupt sends SIGINT, as Ctrl+C does.
func interrupt(process *os.Process) { _ = process.Signal(syscall.SIGINT) }
