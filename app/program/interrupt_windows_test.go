package program

import (
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"sync/atomic"

	"golang.org/x/sys/windows"
)

// interruptEnv is the environment variable with the name of the event that interrupts a
// program, as Ctrl+C does: a console sends that to all programs that have it, and under Wine
// it may not arrive.
const interruptEnv = "FERRY_TEST_INTERRUPT"

// killedCode is the exit code of a program that was killed.
const killedCode = 1

var interrupts atomic.Int64

// prepareInterrupt lets sendSignal interrupt a program that is not started yet.
func prepareInterrupt(cmd *exec.Cmd) {
	cmd.Env = append(cmd.Env, fmt.Sprintf("%s=ferry-test-%d-%d", interruptEnv, os.Getpid(), interrupts.Add(1)))
}

// sendSignal sends a program os.Interrupt or os.Kill.
func sendSignal(cmd *exec.Cmd, signal os.Signal) error {
	if signal != os.Interrupt {
		return cmd.Process.Signal(signal)
	}
	name := ""
	for _, variable := range cmd.Env {
		if key, value, _ := strings.Cut(variable, "="); strings.EqualFold(key, interruptEnv) {
			name = value
			break // testscript may append to the same slice later
		}
	}
	event, err := openInterrupt(name)
	if err != nil {
		return err
	}
	return os.NewSyscallError("SetEvent", windows.SetEvent(event))
}

// openInterrupt opens or creates an event. It stays set, and is not closed, so that it does
// not matter which side is first.
func openInterrupt(name string) (windows.Handle, error) {
	text, err := windows.UTF16PtrFromString(name)
	if err != nil {
		return 0, err
	}
	event, err := windows.CreateEvent(nil, 1, 0, text)
	if event == 0 {
		return 0, os.NewSyscallError("CreateEvent", err)
	}
	return event, nil // err is that it existed
}

// acceptInterrupts makes the event an os.Interrupt of this process.
func acceptInterrupts() error {
	name := os.Getenv(interruptEnv)
	if name == "" {
		return nil
	}
	event, err := openInterrupt(name)
	if err != nil {
		return err
	}
	interrupted := make(chan struct{})
	go func() {
		if state, _ := windows.WaitForSingleObject(event, windows.INFINITE); state == windows.WAIT_OBJECT_0 {
			close(interrupted)
		}
	}()
	subscribeSignals = func(received chan<- os.Signal, signals ...os.Signal) {
		signal.Notify(received, signals...)
		go func() { <-interrupted; received <- os.Interrupt }()
	}
	return nil
}
