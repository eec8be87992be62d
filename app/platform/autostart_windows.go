package platform

import (
	"errors"
	"fmt"
	"strings"

	"golang.org/x/sys/windows"
	"golang.org/x/sys/windows/registry"
)

// Where Windows keeps what starts with the user's session, and what of it the user
// switched off in the Task Manager.
const (
	runKey      = `Software\Microsoft\Windows\CurrentVersion\Run`
	approvedKey = `Software\Microsoft\Windows\CurrentVersion\Explorer\StartupApproved\Run`
)

// Enabled reports whether the system starts the program at login. What the user
// switched off with the system's own tools counts as off.
func (a Autostart) Enabled() (bool, error) {
	run, err := registry.OpenKey(registry.CURRENT_USER, runKey, registry.QUERY_VALUE)
	if errors.Is(err, registry.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("read autostart entry: %w", err)
	}
	defer run.Close()
	if _, _, err := run.GetStringValue(a.ID); err != nil {
		if errors.Is(err, registry.ErrNotExist) {
			return false, nil
		}
		return false, fmt.Errorf("read autostart entry: %w", err)
	}
	return !a.switchedOff(), nil
}

// switchedOff reports what the Task Manager noted: the first byte of its value is
// odd for programs that are not to start.
func (a Autostart) switchedOff() bool {
	approved, err := registry.OpenKey(registry.CURRENT_USER, approvedKey, registry.QUERY_VALUE)
	if err != nil {
		return false
	}
	defer approved.Close()
	state, _, err := approved.GetBinaryValue(a.ID)
	return err == nil && len(state) > 0 && state[0]%2 == 1
}

// Set has the system start the program at login, or no more. Setting what is set
// already brings the entry up to date.
func (a Autostart) Set(on bool) error {
	run, _, err := registry.CreateKey(registry.CURRENT_USER, runKey, registry.SET_VALUE)
	if err != nil {
		return fmt.Errorf("write autostart entry: %w", err)
	}
	defer run.Close()
	if on {
		err = errors.Join(run.SetStringValue(a.ID, a.line()), a.approve())
	} else if err = run.DeleteValue(a.ID); errors.Is(err, registry.ErrNotExist) {
		err = nil
	}
	if err != nil {
		return fmt.Errorf("write autostart entry: %w", err)
	}
	return nil
}

// approve takes back what the Task Manager noted.
func (a Autostart) approve() error {
	approved, err := registry.OpenKey(registry.CURRENT_USER, approvedKey, registry.SET_VALUE)
	if errors.Is(err, registry.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer approved.Close()
	if err := approved.DeleteValue(a.ID); err != nil && !errors.Is(err, registry.ErrNotExist) {
		return err
	}
	return nil
}

// line is the command as a program's start takes it apart again.
func (a Autostart) line() string {
	words := make([]string, len(a.Command))
	for i, word := range a.Command {
		words[i] = windows.EscapeArg(word)
	}
	return strings.Join(words, " ")
}
